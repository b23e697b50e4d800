import { microphoneFormat, type Pcm } from "@metered/llmrtc-core";
import { Encoder } from "@evan/opus";
import { readRecording } from "../recording.ts";

const frameSamples = (microphoneFormat.sampleRate * 20) / 1000;

/** What every caller says, as Opus packets of 20 ms. */
export interface Script {
  /** How long the agent's answer is, in frames. */
  readonly replyFrames: number;
  readonly speech: readonly Uint8Array[];
  /** A quiet room, to be repeated. */
  readonly room: readonly Uint8Array[];
}

/** Encodes once what all callers say: a recording of human speech, and the noise of a room. */
export async function readScript(recording: string, replyMs: number): Promise<Script> {
  const speech = await readRecording(recording);
  return { speech: encode(speech), room: encode(roomNoise(5_000)), replyFrames: replyMs / 20 };
}

/** As browsers have it: 32 kb/s, sent all the time. */
function encode(pcm: Pcm): readonly Uint8Array[] {
  const { sampleRate } = microphoneFormat;
  const encoder = new Encoder({ channels: 1, sample_rate: sampleRate, application: "voip" });
  encoder.bitrate = 32_000;
  const packets: Uint8Array[] = [];
  for (let at = 0; at + frameSamples <= pcm.length; at += frameSamples) {
    packets.push(encoder.encode(pcm.slice(at, at + frameSamples)).slice());
  }
  return packets;
}

/** About -60 dB below full scale, the same in every run. */
function roomNoise(ms: number): Pcm {
  let state = 12_345;
  return Int16Array.from({ length: (ms * microphoneFormat.sampleRate) / 1000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state / 0x7fffffff - 0.5) * 64;
  });
}
