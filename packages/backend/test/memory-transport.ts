import { AsyncQueue, type Clock, Emitter, type Pcm } from "@metered/llmrtc-core";
import { clearImmediate, setImmediate as setImmediateNow } from "node:timers";
import { setImmediate } from "node:timers/promises";
import { PlayoutClock } from "../src/media/playout-clock.ts";
import type { Transport, TransportEvents } from "../src/transport/transport.ts";

/** A transport without a network: the test speaks into it and reads what was sent. */
export class MemoryTransport extends Emitter<TransportEvents> implements Transport {
  readonly kind: "webrtc" | "websocket" = "websocket";
  readonly microphone = new AsyncQueue<Pcm>();
  /** Frames of speech that were sent, silence left out. */
  readonly sent: Pcm[] = [];
  closed = false;
  readonly #waiting = new Map<number, () => void>();

  sendFrame(frame: Pcm | undefined): void {
    if (!frame) return;
    this.sent.push(frame);
    this.#waiting.get(this.sent.length)?.();
  }

  connect(): void {
    this.emit("connected", undefined);
  }

  disconnect(): void {
    this.emit("disconnected", undefined);
  }

  /** Resolves when so many frames of speech have been sent. */
  frames(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(count, resolve));
  }

  /** Resolves when the caller's sound so far has been heard, and what follows from it has been done. */
  async quiet(): Promise<void> {
    for (let turn = 0; turn < 200; turn++) await setImmediate();
  }

  /** Positions are milliseconds from now. */
  sentAfterMs(position: number | null): number {
    return position ?? Number.POSITIVE_INFINITY;
  }

  sendMessage(): boolean {
    return false;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.microphone.end();
    this.emit("end", "closed");
  }

  /** The caller says something: `ms` of loud samples, then `silenceMs` of none. */
  speak(ms: number, silenceMs = 800): void {
    for (let at = 0; at < ms; at += 20) this.microphone.push(loud);
    for (let at = 0; at < silenceMs; at += 20) this.microphone.push(new Int16Array(320));
  }
}

const loud = Int16Array.from({ length: 320 }, (_, i) => Math.round(9000 * Math.sin(i / 4)));

/** A playout clock whose 20 ms pass in one turn of the event loop, and the time that it makes. */
export function hurriedTime(): { readonly clock: PlayoutClock; readonly time: Clock } {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const runTimers = (): void => {
    if (timers.size === 0) return;
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer);
      timer.callback();
    }
  };
  const clock = new PlayoutClock({
    now: () => now,
    after: (ms, tick) => {
      const turn = setImmediateNow(() => {
        now += ms;
        tick();
        runTimers();
      });
      return () => {
        clearImmediate(turn);
      };
    },
  });
  const after = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: now + ms, callback };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return { clock, time: { now: () => now, after } };
}
