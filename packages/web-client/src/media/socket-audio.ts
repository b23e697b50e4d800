import {
  type AudioCodec,
  audioTicksPerMs,
  decodeAudioFrame,
  encodeAudioFrame,
  pcmFromFloats,
  Resampler,
} from "@metered/llmrtc-core";
import { chooseCodec, codecRate, makeCodec } from "./socket-codec.ts";
import { SocketMicrophone } from "./socket-microphone.ts";
import { SocketSpeaker } from "./socket-speaker.ts";
import type { Sound } from "./sound.ts";

/** Sound of a call that goes over the socket: the microphone's into frames, the agent's out of them. */
export interface SocketAudio {
  readonly codec: AudioCodec;
  /** The agent's voice. */
  readonly stream: MediaStream;
  setTrack(track: MediaStreamTrack | null): void;
  /** A binary frame of the server. */
  receive(bytes: Uint8Array): void;
  /** Silences the agent at once. */
  flush(): void;
  close(): void;
}

export interface SocketAudioOptions {
  readonly sound: Sound;
  readonly send: (frame: Uint8Array<ArrayBuffer>) => void;
  /** Bytes that the network has not taken yet. */
  readonly unsentBytes: () => number;
  /** The browser does not do it after all. The last thing that is heard. */
  readonly failed: (error: unknown) => void;
}

/** 400 ms of sound with its headers. */
const mostUnsentBytes: Readonly<Record<AudioCodec, number>> = { opus: 2_000, pcm: 13_600 };
const sequences = 0x10000;

export async function openSocketAudio(options: SocketAudioOptions): Promise<SocketAudio> {
  const codec = await chooseCodec();
  const { context } = options.sound;
  const { send, unsentBytes, failed } = options;
  let sequence = 0;
  let lastTimestamp = 0;
  let callTicks = 0;

  const speaker = new SocketSpeaker(context, codecRate[codec]);
  const { encoder, decoder } = makeCodec(codec, {
    encoded(time, payload) {
      if (unsentBytes() <= mostUnsentBytes[codec]) {
        const timestamp = Math.round(time * audioTicksPerMs) >>> 0;
        send(encodeAudioFrame({ codec, sequence, timestamp, payload }));
      }
      sequence = (sequence + 1) % sequences;
    },
    decoded(callTime, pcm) {
      speaker.play(callTime, pcm);
    },
    failed,
  });
  const toCodec = new Resampler(context.sampleRate, codecRate[codec]);
  const microphone = new SocketMicrophone(
    context,
    (floats) => {
      const pcm = toCodec.process(pcmFromFloats(floats));
      if (pcm.length > 0) encoder.push(pcm);
    },
    failed,
  );

  return {
    codec,
    stream: speaker.stream,
    setTrack(track) {
      microphone.setTrack(track);
    },
    receive(bytes) {
      const frame = decodeAudioFrame(bytes);
      if (frame.codec !== codec) return;
      callTicks += (frame.timestamp - lastTimestamp) | 0; // goes on where 32 bits wrap
      lastTimestamp = frame.timestamp;
      decoder.push(callTicks / audioTicksPerMs, frame.payload);
    },
    flush() {
      decoder.reset();
      speaker.flush();
    },
    close() {
      microphone.close();
      encoder.close();
      decoder.close();
      speaker.close();
    },
  };
}
