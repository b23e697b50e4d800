import { randomInt } from "node:crypto";
import { frameMs, type Pcm } from "@metered/llmrtc-core";
import { RtpHeader, RtpPacket } from "werift";
import { missingFrame, opusTicksPerMs } from "../../media/opus-packet.ts";
import { SpeechEncoder, speakerFrameSamples } from "../../media/opus.ts";

const ticksPerFrame = frameMs * opusTicksPerMs;
/** Silence that is still sent as sound, so that the listener's concealment has nothing to repeat. */
const trailingFrames = 5;
/** Then one packet per 400 ms says "still silent", as Opus DTX does (RFC 7587, 3.1.3). */
const silentEvery = 20;
const silence: Pcm = new Int16Array(speakerFrameSamples);

/**
 * The agent's voice as RTP: sequence numbers without holes, timestamps that go on through silence,
 * the marker bit on the first packet after it (RFC 3551, 4.1).
 */
export class Speaker {
  readonly #encoder = new SpeechEncoder();
  #sequence = randomInt(0x10000);
  #timestamp = randomInt(0x100000000);
  #silent = 0;
  #marker = true;
  #missing: Uint8Array | undefined;

  /** Call time goes on, nothing is sent: there is no connection. */
  skip(): void {
    this.#timestamp = (this.#timestamp + ticksPerFrame) >>> 0;
    this.#silent = 0;
  }

  /** Call time after the frame at an RTP timestamp, which wraps around. */
  sentAfterMs(timestamp: number): number {
    const ticks = (this.#timestamp - timestamp) >>> 0;
    return ticks / opusTicksPerMs - frameMs;
  }

  /** The packet for the next 20 ms; undefined when nothing need be sent. */
  next(frame: Pcm | undefined): RtpPacket | undefined {
    const payload = frame === undefined ? this.#silence() : this.#encode(frame);
    const timestamp = this.#timestamp;
    this.#timestamp = (timestamp + ticksPerFrame) >>> 0;
    if (frame !== undefined) this.#silent = 0;
    if (payload === undefined) return undefined;
    const sequenceNumber = this.#sequence;
    this.#sequence = (sequenceNumber + 1) & 0xffff;
    const header = new RtpHeader({
      sequenceNumber,
      timestamp,
      marker: this.#marker,
      payloadType: 0,
    });
    this.#marker = this.#silent >= trailingFrames;
    return new RtpPacket(header, Buffer.from(payload.buffer, payload.byteOffset, payload.length));
  }

  #silence(): Uint8Array | undefined {
    this.#silent += 1;
    if (this.#silent <= trailingFrames) return this.#encode(silence);
    return this.#silent % silentEvery === 0 ? this.#missing : undefined;
  }

  #encode(frame: Pcm): Uint8Array {
    const payload = this.#encoder.encode(frame);
    this.#missing = missingFrame(payload);
    return payload;
  }
}
