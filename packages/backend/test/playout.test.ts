import type { Pcm } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Playout } from "../src/media/playout.ts";
import { PlayoutClock, type Ticker } from "../src/media/playout-clock.ts";

/** A clock that moves when told to. `stall` moves it without letting the timer run. */
class ManualTicker implements Ticker {
  time = 0;
  readonly #timers = new Set<{ readonly at: number; readonly tick: () => void }>();

  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.time;
  }

  after(ms: number, tick: () => void): () => void {
    const timer = { at: this.time + ms, tick };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const due = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (due === undefined || due.at > until) break;
      this.time = Math.max(this.time, due.at);
      this.#timers.delete(due);
      due.tick();
    }
    this.time = Math.max(this.time, until);
  }

  stall(ms: number): void {
    this.time += ms;
    this.advance(0);
  }
}

function call(options: { aheadMs?: number; roomMs?: number } = {}) {
  const ticker = new ManualTicker();
  const clock = new PlayoutClock(ticker);
  const frames: (Pcm | undefined)[] = [];
  const sink = { sendFrame: (frame: Pcm | undefined) => void frames.push(frame) };
  const playout = new Playout({ clock, sink, ...options });
  const spoken = () => frames.filter((frame) => frame !== undefined);
  return { ticker, clock, frames, playout, spoken };
}

const speech = (ms: number, level = 1000) => new Int16Array(ms * 24).fill(level);

describe("playout", () => {
  test("sends one frame or silence for every 20 ms of call time", () => {
    const { ticker, frames } = call();
    ticker.advance(1000);
    expect(frames).toHaveLength(50);
    expect(frames.every((frame) => frame === undefined)).toBe(true);
  });

  test("the first sound of a reply does not wait for the next beat", () => {
    const { ticker, playout, frames, spoken } = call();
    ticker.advance(1010);
    playout.enqueue(speech(1000));
    expect(spoken()).toHaveLength(2);
    ticker.advance(490);
    expect(spoken()).toHaveLength(25 + 2);
    expect(frames).toHaveLength(75 + 2);
  });

  test("runs at most 60 ms ahead of real time, and media time stays real time", () => {
    const { ticker, playout, frames, spoken } = call();
    playout.enqueue(speech(1000));
    ticker.advance(20);
    expect(spoken()).toHaveLength(3);
    ticker.advance(480);
    expect(spoken()).toHaveLength(27);
    ticker.advance(2500);
    expect(spoken()).toHaveLength(50);
    expect(frames).toHaveLength(150);
  });

  test("knows what was heard, not what was sent", () => {
    const { ticker, playout } = call();
    playout.enqueue(speech(1000));
    ticker.advance(20);
    expect(playout.playedMs).toBe(20);
    ticker.advance(480);
    expect(playout.playedMs).toBe(500);
    expect(playout.queuedMs).toBe(1000 - 540);
  });

  test("waits for the rest of a frame as long as it can, then fills it with silence", () => {
    const { ticker, playout, spoken } = call();
    playout.enqueue(speech(70));
    ticker.advance(20);
    expect(spoken()).toHaveLength(3);
    playout.enqueue(speech(10));
    ticker.advance(100);
    expect(spoken()).toHaveLength(4);
    expect(
      spoken()
        .at(-1)
        ?.every((sample) => sample === 1000),
    ).toBe(true);
    playout.enqueue(speech(5));
    ticker.advance(200);
    expect(playout.playedMs).toBe(85);
    expect(spoken().at(-1)?.subarray(119, 122)).toEqual(Int16Array.of(1000, 0, 0));
  });

  test("clear silences at once, without a click, and says what was dropped", async () => {
    const { ticker, playout, frames } = call();
    playout.enqueue(speech(1000));
    ticker.advance(100);
    const sent = frames.length;
    expect(playout.clear()).toBe(1000 - sent * 20);
    const last = frames.at(-1);
    expect(frames).toHaveLength(sent + 1);
    expect(last?.[0]).toBeGreaterThan(900);
    const steps = [...(last ?? [])].map((sample, at, all) => Math.abs(sample - (all[at + 1] ?? 0)));
    expect(Math.max(...steps)).toBeLessThan(20);
    expect(last?.subarray(120).every((sample) => sample === 0)).toBe(true);
    ticker.advance(1000);
    expect(frames.slice(sent + 1).every((frame) => frame === undefined)).toBe(true);
    expect(playout.playedMs).toBe(sent * 20 + 5);
    await playout.whenDrained();
  });

  test("a standstill delays speech by what the head start did not cover, with no burst", () => {
    const { ticker, playout, frames, spoken } = call();
    playout.enqueue(speech(2000));
    ticker.advance(200);
    const before = spoken().length;
    ticker.stall(40);
    expect(spoken()).toHaveLength(before + 2); // covered
    ticker.stall(1000);
    expect(spoken()).toHaveLength(before + 2 + 3);
    expect(frames.length * 20).toBe(ticker.time + 40); // media time went on
  });

  test("a machine that slept for hours wakes without a flood", () => {
    const { ticker, playout, frames } = call();
    playout.enqueue(speech(100));
    ticker.advance(20);
    ticker.stall(3_600_000);
    expect(frames.length).toBeLessThan(60);
  });

  test("pause holds speech back and resume goes on where it was, both without a click", () => {
    const { ticker, playout, spoken } = call();
    playout.enqueue(speech(400));
    ticker.advance(100);
    playout.pause();
    const paused = spoken().length;
    const queued = playout.queuedMs;
    ticker.advance(1000);
    expect(spoken()).toHaveLength(paused);
    expect(playout.queuedMs).toBe(queued);
    playout.resume();
    ticker.advance(1000);
    expect(playout.playedMs).toBe(400);
    const samples = spoken().flatMap((frame) => [...frame]);
    const steps = samples.slice(1).map((sample, at) => Math.abs(sample - (samples[at] ?? 0)));
    expect(Math.max(...steps.slice(0, -480))).toBeLessThan(20);
  });

  test("resumes with the word that the pause broke", () => {
    const { ticker, playout, spoken } = call();
    const words = [speech(200, 1000), speech(60, 0), speech(400, 2000)];
    for (const word of words) playout.enqueue(word);
    ticker.advance(300); // 40 ahead: 80 of the second word are out
    playout.pause();
    const sentMs = playout.sentMs;
    ticker.advance(200);
    const before = spoken().length;
    playout.resume();
    expect(sentMs - playout.sentMs).toBeCloseTo(100, 0); // its beginning, and 20 before
    ticker.advance(1_000);
    expect(playout.playedMs).toBe(660);
    const again = spoken().slice(before);
    expect(
      again.flatMap((frame) => [...frame]).filter((at) => at > 1_900).length / 24,
    ).toBeGreaterThan(390);
  });

  test("says again what a silenced listener had not heard, and counts it once", () => {
    const { ticker, playout } = call();
    playout.enqueue(speech(1_000));
    ticker.advance(400);
    playout.pause();
    ticker.advance(20);
    playout.attest(140); // sent after what was played: 120 of speech are lost on the way
    const heardMs = playout.attested?.heardMs ?? 0;
    expect(heardMs).toBeLessThan(playout.sentMs);
    ticker.advance(300);
    playout.resume({ silenced: true });
    expect(playout.sentMs).toBeCloseTo(heardMs, 0);
    playout.attest(100); // what came to a silenced speaker was not heard
    expect(playout.attested?.heardMs).toBe(heardMs);
    ticker.advance(2_000);
    expect(playout.playedMs).toBeCloseTo(1_000, 0);
    playout.attest(0);
    expect(playout.attested?.heardMs).toBeCloseTo(1_000, 0);
  });

  test("is not drained in a pause, and forgets in it what nobody heard", async () => {
    const { ticker, playout } = call();
    playout.enqueue(speech(300));
    ticker.advance(200);
    playout.pause();
    let drained = false;
    const waiting = playout.whenDrained().then(() => (drained = true));
    ticker.advance(1_000);
    await Promise.resolve();
    expect(drained).toBe(false);
    playout.attest(1_060);
    const heardMs = playout.attested?.heardMs ?? 0;
    playout.forget();
    expect(playout.sentMs).toBe(heardMs);
    playout.resume({ silenced: true });
    await waiting;
    ticker.advance(500);
    expect(playout.sentMs).toBe(heardMs);
  });

  test("tells when speech starts and when all was heard, once each", () => {
    const { ticker, playout } = call();
    const told: string[] = [];
    playout.on("started", () => told.push(`started ${ticker.time}`));
    playout.on("drained", () => told.push(`drained ${ticker.time}`));
    playout.enqueue(speech(50));
    ticker.advance(20);
    playout.enqueue(speech(50));
    ticker.advance(1000);
    playout.clear();
    expect(told).toEqual(["started 0", "drained 100"]);
  });

  test("whenDrained and roomFor reject with the signal's reason, and when the call ends", async () => {
    const { playout } = call();
    playout.enqueue(speech(6000));
    const reason = new Error("barge-in");
    const turn = new AbortController();
    const waits = [playout.whenDrained(turn), playout.roomFor(10, turn)];
    turn.abort(reason);
    for (const wait of waits) await expect(wait).rejects.toBe(reason);
    await expect(playout.roomFor(10, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const last = playout.whenDrained();
    playout.close();
    await expect(last).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("whenPlayed resolves when so much has been heard", async () => {
    const { ticker, playout } = call();
    playout.enqueue(speech(1000));
    let heardAt = 0;
    const waiting = playout.whenPlayed(300).then(() => (heardAt = playout.playedMs));
    for (let n = 0; n < 30; n += 1) {
      ticker.advance(20);
      await Promise.resolve();
      await Promise.resolve();
    }
    await waiting;
    expect(heardAt).toBe(300);
  });

  test("back-pressure: who waits for room never fills the queue beyond its bound", async () => {
    const { ticker, playout } = call({ roomMs: 300 });
    let most = 0;
    const speaking = (async () => {
      for (let n = 0; n < 30; n += 1) {
        await playout.roomFor(100);
        playout.enqueue(speech(100));
        most = Math.max(most, playout.queuedMs);
      }
      await playout.whenDrained();
    })();
    const progress = { done: false };
    void speaking.then(() => (progress.done = true));
    while (!progress.done) {
      ticker.advance(20);
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(most).toBeLessThanOrEqual(300);
    expect(playout.playedMs).toBe(3000);
  });

  test("refuses what would queue without a bound", () => {
    const { playout } = call({ roomMs: 300 });
    playout.enqueue(speech(60_000)); // one long run is taken
    expect(() => {
      playout.enqueue(speech(1));
    }).toThrow(expect.objectContaining({ code: "INVALID_STATE" }) as Error);
  });

  test("whatever is queued in whatever pieces comes out whole and in order", () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(pieces, fc.integer({ min: 0, max: 7 }), (lengths, every) => {
        const { ticker, playout, spoken } = call({ roomMs: 1e6 });
        let next = 1;
        for (const length of lengths) {
          playout.enqueue(Int16Array.from({ length }, () => (next++ % 30_000) + 1));
          ticker.advance(every);
        }
        ticker.advance(5000);
        const heard = spoken().flatMap((frame) => [...frame.filter((sample) => sample !== 0)]);
        expect(heard).toEqual(Array.from({ length: next - 1 }, (_, n) => ((n + 1) % 30_000) + 1));
        expect(playout.playedMs).toBeCloseTo((next - 1) / 24, 6);
      }),
    );
  });
});

describe("the playout clock", () => {
  test("runs one timer for all calls and none without a call", () => {
    const ticker = new ManualTicker();
    const clock = new PlayoutClock(ticker);
    const leave = [clock.subscribe(() => undefined), clock.subscribe(() => undefined)];
    expect(ticker.pending).toBe(1);
    for (const end of leave) end();
    expect(ticker.pending).toBe(0);
    expect(clock.running).toBe(false);
  });

  test("late timers do not add up", () => {
    const ticker = new ManualTicker();
    const clock = new PlayoutClock(ticker);
    let beats = 0;
    clock.subscribe((count) => (beats += count));
    for (let n = 0; n < 100; n += 1) ticker.stall(23);
    expect(beats).toBe(115);
  });

  test("stops when a call leaves from within its beat", () => {
    const ticker = new ManualTicker();
    const clock = new PlayoutClock(ticker);
    const leave = clock.subscribe(() => {
      leave();
    });
    ticker.advance(100);
    expect(ticker.pending).toBe(0);
  });
});

describe("what the caller's end attests", () => {
  test("is speech that was sent up to that place in call time, silence not counted", () => {
    const { ticker, playout } = call({ aheadMs: 60 });
    playout.enqueue(speech(200));
    ticker.advance(1000);
    playout.enqueue(speech(400));
    ticker.advance(200);
    const { sentMs } = playout;
    playout.attest(0);
    expect(playout.attested?.heardMs).toBe(sentMs);
    ticker.advance(100);
    playout.attest(100);
    expect(playout.attested?.heardMs).toBe(sentMs);
    playout.attest(2_000); // an older place takes nothing back
    expect(playout.attested?.heardMs).toBe(sentMs);
  });

  test("of a place that nobody knows is nothing", () => {
    const { ticker, playout } = call();
    playout.enqueue(speech(200));
    ticker.advance(1000);
    for (const unheardMs of [Number.POSITIVE_INFINITY, 80_000_000, 30_000]) {
      playout.attest(unheardMs);
      expect(playout.attested?.heardMs).toBe(0);
    }
  });

  test("never exceeds what was sent, whatever it says", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.double({ noNaN: true }))), (steps) => {
        const { ticker, playout } = call();
        for (const [ms, unheardMs] of steps) {
          const before = playout.attested?.heardMs ?? 0;
          if (playout.queuedMs < 2000) playout.enqueue(speech(ms));
          ticker.advance(ms / 2);
          playout.attest(unheardMs);
          expect(playout.attested?.heardMs).toBeGreaterThanOrEqual(before);
          expect(playout.attested?.heardMs).toBeLessThanOrEqual(playout.sentMs);
        }
      }),
    );
  });

  test("is waited for, but not for ever", async () => {
    const { ticker, playout } = call();
    playout.enqueue(speech(200));
    ticker.advance(300);
    let heard = false;
    let gaveUp = false;
    void playout.whenHeard(200).then(() => (heard = true));
    void playout.whenHeard(200, { withinMs: 400 }).then(() => (gaveUp = true));
    ticker.advance(380);
    await Promise.resolve();
    expect([heard, gaveUp]).toEqual([false, false]);
    ticker.advance(40);
    await Promise.resolve();
    expect([heard, gaveUp]).toEqual([false, true]);
    playout.attest(0);
    await Promise.resolve();
    expect(heard).toBe(true);
  });
});
