import { opusDurationMs, opusTicksPerMs } from "./opus-packet.ts";

/** What of an RTP packet matters for order. */
export interface VoicePacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

/** What the ear shall hear next, in order. `lost` is to be concealed, `silence` is silence. */
export type Heard =
  | { readonly type: "packet"; readonly payload: Uint8Array }
  | { readonly type: "lost"; readonly ms: number }
  | { readonly type: "silence"; readonly ms: number };

const shortestWaitMs = 20;
const longestWaitMs = 120;
/** So much of a hole is concealed; the rest is silence. */
const concealedMs = 100;
/** A longer hole is shortened to this: nobody waits for silence to be read out. */
const longestHoleMs = 1000;
/** With nothing received for so long, silence is given in real time so that end of speech is seen. */
const quietAfterMs = 120;
const quietStepMs = 20;
/** Packets behind a hole; reached only when a stalled network delivers everything at once. */
const mostWaiting = 50;
/** Sequence distance beyond which a packet is a new beginning, if the next one confirms it. */
const farBehind = 100;
const farAhead = 3000;
/** A microphone that was replaced may come back when the current one has been silent so long. */
const returnAfterMs = 200;
const mostRetired = 16;

interface Waiting extends VoicePacket {
  readonly order: number;
}

/**
 * Puts one caller's voice packets in order. No clock and no codec: time comes with each call, in
 * milliseconds of one steady clock.
 *
 * A model's ear needs no steady pace, so packets in order pass at once. Only a hole waits: 20 ms on
 * a calm network, up to 120 ms on a jittery one, counted from the first packet behind it.
 */
export class JitterBuffer {
  readonly #lengthMs: (payload: Uint8Array) => number | undefined;
  readonly #retired = new Set<number>();
  readonly #waiting = new Map<number, Waiting>();
  #ssrc: number | undefined;
  /** Extended sequence number and RTP time of the packet that is due. */
  #nextOrder = 0;
  #nextTimestamp = 0;
  #holeSince: number | undefined;
  #lastArrival = 0;
  #lastArrivalTimestamp = 0;
  #jitterMs = 0;
  /** Silence given while nothing came, not yet accounted for by the sender's clock. */
  #quietMs = 0;
  #suspect: number | undefined;

  /** @param lengthMs play time of a payload; undefined when it is no sound */
  constructor(lengthMs: (payload: Uint8Array) => number | undefined = opusDurationMs) {
    this.#lengthMs = lengthMs;
  }

  /** How long a hole waits now, in milliseconds. */
  get waitMs(): number {
    const needed = shortestWaitMs + 3 * this.#jitterMs;
    return Math.min(longestWaitMs, Math.ceil(needed / 20) * 20);
  }

  /** Packets held back behind a hole. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** When `tick` has something to do, if nothing arrives before; undefined: never. */
  get dueAt(): number | undefined {
    if (this.#ssrc === undefined) return undefined;
    if (this.#holeSince !== undefined) return this.#holeSince + this.waitMs;
    return this.#lastArrival + quietAfterMs + this.#quietMs + quietStepMs;
  }

  push(packet: VoicePacket, now: number): Heard[] {
    if (this.#lengthMs(packet.payload) === undefined) return [];
    if (!this.#belongs(packet, now)) return [];
    const order = this.#place(packet);
    if (order === undefined || this.#waiting.has(order)) return [];
    this.#measure(packet, now); // also one that is too late: it tells how long to wait for the next
    if (order < this.#nextOrder) return [];
    this.#waiting.set(order, { ...packet, order });
    const heard = this.#release();
    if (this.#waiting.size === 0) this.#holeSince = undefined;
    else if (this.#waiting.size > mostWaiting) heard.push(...this.#skipHole());
    else this.#holeSince ??= now;
    return heard;
  }

  tick(now: number): Heard[] {
    const heard: Heard[] = [];
    while (this.dueAt !== undefined && this.dueAt <= now) {
      if (this.#holeSince !== undefined) {
        heard.push(...this.#skipHole());
        this.#holeSince = this.#waiting.size > 0 ? now : undefined;
      } else {
        if (now - this.#lastArrival - this.#quietMs > longestHoleMs * 2) {
          this.#quietMs = now - this.#lastArrival - quietAfterMs; // the process slept
        } else this.#quietMs += quietStepMs;
        heard.push({ type: "silence", ms: quietStepMs });
      }
    }
    return heard;
  }

  /** The microphone is gone: no silence until a packet comes again. */
  stop(): Heard[] {
    const heard: Heard[] = [];
    while (this.#waiting.size > 0) heard.push(...this.#skipHole());
    if (this.#ssrc !== undefined) this.#retire(this.#ssrc);
    this.#ssrc = undefined;
    this.#holeSince = undefined;
    return heard;
  }

  #belongs({ ssrc, sequence, timestamp }: VoicePacket, now: number): boolean {
    if (ssrc === this.#ssrc) return true;
    const idle = this.#ssrc === undefined || now - this.#lastArrival >= returnAfterMs;
    if (this.#retired.has(ssrc) && !idle) return false;
    if (this.#ssrc !== undefined) this.#retire(this.#ssrc);
    this.#ssrc = ssrc;
    this.#begin(sequence, timestamp, now);
    return true;
  }

  #retire(ssrc: number): void {
    this.#retired.delete(ssrc);
    this.#retired.add(ssrc);
    const [oldest] = this.#retired;
    if (this.#retired.size > mostRetired && oldest !== undefined) this.#retired.delete(oldest);
  }

  #begin(sequence: number, timestamp: number, now: number): void {
    this.#waiting.clear();
    this.#holeSince = undefined;
    this.#suspect = undefined;
    this.#nextOrder = sequence;
    this.#nextTimestamp = timestamp;
    this.#lastArrival = now;
    this.#lastArrivalTimestamp = timestamp;
    this.#jitterMs = 0;
    this.#quietMs = 0;
  }

  /** The packet's extended sequence number; undefined while it may be a stray. */
  #place({ sequence, timestamp }: VoicePacket): number | undefined {
    const distance = signed16(sequence - this.#nextOrder);
    if (distance > -farBehind && distance < farAhead) {
      this.#suspect = undefined;
      return this.#nextOrder + distance;
    }
    if (this.#suspect === sequence) {
      this.#begin(sequence, timestamp, this.#lastArrival); // two in a row: the sender began anew
      return sequence;
    }
    this.#suspect = (sequence + 1) & 0xffff;
    return undefined;
  }

  /** Interarrival jitter as RFC 3550, 6.4.1 has it; a pause says nothing about the network. */
  #measure({ timestamp }: VoicePacket, now: number): void {
    const sentMs = signed32(timestamp - this.#lastArrivalTimestamp) / opusTicksPerMs;
    const deviation = Math.abs(now - this.#lastArrival - sentMs);
    if (Math.abs(sentMs) < longestHoleMs && deviation < longestHoleMs) {
      this.#jitterMs += (deviation - this.#jitterMs) / 16;
    }
    this.#lastArrival = now;
    this.#lastArrivalTimestamp = timestamp;
  }

  /** Lets go of what is in order. */
  #release(): Heard[] {
    const heard: Heard[] = [];
    for (
      let packet = this.#waiting.get(this.#nextOrder);
      packet !== undefined;
      packet = this.#waiting.get(this.#nextOrder)
    ) {
      this.#waiting.delete(packet.order);
      const pauseMs = signed32(packet.timestamp - this.#nextTimestamp) / opusTicksPerMs;
      heard.push(...this.#pause(pauseMs)); // the sender paused: it sends nothing in silence
      heard.push(this.#pass(packet));
    }
    return heard;
  }

  /** Gives up what is missing before the first waiting packet. */
  #skipHole(): Heard[] {
    const first = Math.min(...this.#waiting.keys());
    const packet = this.#waiting.get(first);
    if (packet === undefined) return [];
    const holeMs = signed32(packet.timestamp - this.#nextTimestamp) / opusTicksPerMs;
    const toFill = Math.max(0, Math.min(holeMs, longestHoleMs) - this.#quietMs);
    const lost = Math.floor(Math.min(toFill, concealedMs));
    const heard: Heard[] = lost > 0 ? [{ type: "lost", ms: lost }] : [];
    heard.push(...this.#pause(toFill - lost + this.#quietMs));
    this.#nextOrder = first;
    this.#nextTimestamp = packet.timestamp;
    heard.push(...this.#release());
    return heard;
  }

  /** Silence of `ms`, less what was given while waiting. */
  #pause(ms: number): Heard[] {
    const rest = Math.floor(Math.min(ms, longestHoleMs) - this.#quietMs);
    this.#quietMs = 0;
    return rest > 0 ? [{ type: "silence", ms: rest }] : [];
  }

  #pass(packet: Waiting): Heard {
    const ms = this.#lengthMs(packet.payload) ?? 0;
    this.#nextOrder = packet.order + 1;
    this.#nextTimestamp = (packet.timestamp + ms * opusTicksPerMs) >>> 0;
    return { type: "packet", payload: packet.payload };
  }
}

function signed16(value: number): number {
  return (value << 16) >> 16;
}

function signed32(value: number): number {
  return value | 0;
}
