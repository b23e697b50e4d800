import { frameMs, microphoneFormat, type Pcm } from "@metered/llmrtc-core";
import { FrameStream } from "./frame-stream.ts";
import { type Heard, JitterBuffer, type VoicePacket } from "./jitter-buffer.ts";
import { opusVoice, type VoiceCodec } from "./voice-codec.ts";

/** Samples in one frame for the ear: 20 ms at 16 kHz. */
export const microphoneFrameSamples = (microphoneFormat.sampleRate * frameMs) / 1000;

/** How much may wait unread, in frames: 2 s. */
const mostUnread = 100;

/**
 * One caller's voice from packets to frames of 16 kHz mono: in order, holes filled, pauses as
 * silence in real time.
 */
export class VoiceReceiver {
  readonly frames = new FrameStream(mostUnread);
  readonly #codec: VoiceCodec;
  readonly #order: JitterBuffer;
  readonly #onStart: () => void;
  #decoder: ReturnType<VoiceCodec["decoder"]>;
  #ssrc: number | undefined;
  #rest: Pcm = new Int16Array(0);
  #timer: NodeJS.Timeout | undefined;

  /** @param onStart called when a microphone's first packet comes, and again after `stop` */
  constructor(onStart: () => void, codec = opusVoice) {
    this.#onStart = onStart;
    this.#codec = codec;
    this.#order = new JitterBuffer(codec.lengthMs);
    this.#decoder = codec.decoder();
  }

  receive(packet: VoicePacket): void {
    const heard = this.#order.push(packet, performance.now());
    if (heard.length > 0 && packet.ssrc !== this.#ssrc) {
      this.#ssrc = packet.ssrc;
      this.#decoder = this.#codec.decoder(); // another microphone, another voice
      this.#onStart();
    }
    this.#hear(heard);
    this.#timer ??= this.#wait();
  }

  /** The microphone was taken away. */
  stop(): void {
    this.#hear(this.#order.stop());
    this.#ssrc = undefined;
    this.#rest = new Int16Array(0);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.stop();
    this.frames.end();
  }

  #hear(heard: readonly Heard[]): void {
    for (const event of heard) {
      const pcm = this.#sound(event);
      if (pcm !== undefined) this.#emit(pcm);
    }
  }

  #sound(heard: Heard): Pcm | undefined {
    switch (heard.type) {
      case "packet":
        return this.#decoder.decode(heard.payload) ?? this.#decoder.conceal(frameMs);
      case "lost":
        return this.#decoder.conceal(heard.ms);
      case "silence":
        return new Int16Array((heard.ms * microphoneFormat.sampleRate) / 1000);
    }
  }

  #emit(pcm: Pcm): void {
    let at = 0;
    if (this.#rest.length > 0) {
      const joined = new Int16Array(this.#rest.length + pcm.length);
      joined.set(this.#rest);
      joined.set(pcm, this.#rest.length);
      pcm = joined;
    }
    for (; at + microphoneFrameSamples <= pcm.length; at += microphoneFrameSamples) {
      this.frames.push(pcm.slice(at, at + microphoneFrameSamples));
    }
    this.#rest = pcm.slice(at);
  }

  /** One lazy timer: packets that come in time cost it nothing. */
  #wait(): NodeJS.Timeout | undefined {
    const dueAt = this.#order.dueAt;
    if (dueAt === undefined) return undefined;
    return setTimeout(
      () => {
        this.#hear(this.#order.tick(performance.now()));
        this.#timer = this.#wait();
      },
      Math.max(1, dueAt - performance.now()),
    );
  }
}
