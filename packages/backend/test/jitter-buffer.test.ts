import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Heard, JitterBuffer, type VoicePacket } from "../src/media/jitter-buffer.ts";

const frameMs = 20;
const ticks = 960;
/** First byte of a 20 ms wideband packet (RFC 6716, table 2); the second tells packets apart. */
const toc = 0x48;

function packet(n: number, change: Partial<VoicePacket> = {}): VoicePacket {
  return {
    sequence: (65_500 + n) & 0xffff,
    timestamp: (0xffff_0000 + n * ticks) >>> 0,
    ssrc: 1,
    payload: Uint8Array.of(toc, n & 0xff),
    ...change,
  };
}

const numbers = (heard: readonly Heard[]): number[] =>
  heard.flatMap((event) => (event.type === "packet" ? [event.payload[1] ?? -1] : []));
const holes = (heard: readonly Heard[]): number =>
  heard.reduce((sum, event) => sum + (event.type === "packet" ? 0 : event.ms), 0);

/** Delivers packets at given times and runs the timer as its owner would. */
function deliver(buffer: JitterBuffer, arrivals: readonly { n: number; at: number }[], until = 0) {
  const heard: Heard[] = [];
  let deepest = 0;
  const tickUntil = (time: number) => {
    for (let due = buffer.dueAt; due !== undefined && due <= time; due = buffer.dueAt) {
      heard.push(...buffer.tick(due));
    }
  };
  for (const { n, at } of [...arrivals].sort((a, b) => a.at - b.at)) {
    tickUntil(at);
    heard.push(...buffer.push(packet(n), at));
    deepest = Math.max(deepest, buffer.depth);
  }
  tickUntil(until);
  return { heard, deepest };
}

const stream = (count: number) => Array.from({ length: count }, (_, n) => ({ n, at: n * frameMs }));

describe("a jitter buffer", () => {
  test("adds no delay on a clean network, across the wrap of sequence and timestamp", () => {
    const buffer = new JitterBuffer();
    for (const { n, at } of stream(200)) {
      expect(buffer.push(packet(n), at)).toEqual([{ type: "packet", payload: packet(n).payload }]);
    }
    expect(buffer.waitMs).toBe(20);
  });

  test("puts a late packet in its place", () => {
    const buffer = new JitterBuffer();
    const { heard } = deliver(buffer, [
      { n: 0, at: 0 },
      { n: 2, at: 40 },
      { n: 1, at: 45 },
      { n: 3, at: 60 },
    ]);
    expect(numbers(heard)).toEqual([0, 1, 2, 3]);
    expect(holes(heard)).toBe(0);
  });

  test("conceals what stays away, as long as it was", () => {
    const buffer = new JitterBuffer();
    const { heard } = deliver(
      buffer,
      stream(10).filter(({ n }) => n !== 4 && n !== 5),
    );
    expect(numbers(heard)).toEqual([0, 1, 2, 3, 6, 7, 8, 9]);
    expect(heard).toContainEqual({ type: "lost", ms: 40 });
  });

  test("waits longer when the network is uneven, and less when it calms down", () => {
    const buffer = new JitterBuffer();
    deliver(
      buffer,
      stream(300).map(({ n, at }) => ({ n, at: at + (n % 2) * 60 })),
    );
    expect(buffer.waitMs).toBeGreaterThan(60);
    expect(buffer.waitMs).toBeLessThanOrEqual(120);
    const calm = stream(900).slice(300);
    for (const { n, at } of calm) buffer.push(packet(n), at + 1000);
    expect(buffer.waitMs).toBeLessThanOrEqual(40);
  });

  test("gives silence in real time while nothing comes, and not twice", () => {
    const buffer = new JitterBuffer();
    const before = deliver(buffer, stream(5), 3000);
    expect(holes(before.heard)).toBeGreaterThan(2700);
    expect(holes(before.heard)).toBeLessThan(2920);
    // the sender's clock went on too: a pause of 3 s that has been heard already
    const later = buffer.push(packet(5, { timestamp: packet(151).timestamp }), 3020);
    expect(numbers(later)).toEqual([5]);
    expect(holes(later)).toBeLessThanOrEqual(200);
  });

  test("a stalled network loses no speech: the burst after it is heard whole", () => {
    const buffer = new JitterBuffer();
    const { heard } = deliver(
      buffer,
      stream(60).map(({ n, at }) => ({ n, at: n >= 20 && n < 40 ? 800 : at })),
    );
    expect(numbers(heard)).toEqual(stream(60).map(({ n }) => n));
  });

  test("a long sleep of the process is no flood of silence", () => {
    const buffer = new JitterBuffer();
    buffer.push(packet(0), 0);
    expect(holes(buffer.tick(3_600_000))).toBeLessThan(200);
  });

  test("follows a new source at once and ignores what the old one still sends", () => {
    const buffer = new JitterBuffer();
    buffer.push(packet(0), 0);
    const other = { ssrc: 2, sequence: 9, timestamp: 77 };
    expect(numbers(buffer.push(packet(50, other), 20))).toEqual([50]);
    expect(buffer.push(packet(1), 22)).toEqual([]);
    expect(
      numbers(buffer.push(packet(51, { ...other, sequence: 10, timestamp: 77 + ticks }), 40)),
    ).toEqual([51]);
    expect(numbers(buffer.push(packet(99), 400))).toEqual([99]); // the first came back
  });

  test("a sender that begins anew is followed at its second packet, a stray one is not", () => {
    const buffer = new JitterBuffer();
    deliver(buffer, stream(5));
    const anew = (n: number) => packet(n, { sequence: 30_000 + n, timestamp: n * ticks });
    expect(buffer.push(anew(7), 100)).toEqual([]);
    expect(numbers(buffer.push(packet(5), 102))).toEqual([5]);
    expect(buffer.push(anew(8), 120)).toEqual([]);
    expect(numbers(buffer.push(anew(9), 140))).toEqual([9]);
  });

  test("what is not Opus is not heard", () => {
    const buffer = new JitterBuffer();
    expect(buffer.push(packet(0, { payload: new Uint8Array(0) }), 0)).toEqual([]);
    expect(buffer.push(packet(0, { payload: Uint8Array.of(3) }), 0)).toEqual([]);
    expect(buffer.dueAt).toBeUndefined();
  });

  test("says nothing after the microphone was taken away", () => {
    const buffer = new JitterBuffer();
    deliver(buffer, stream(3));
    buffer.stop();
    expect(buffer.dueAt).toBeUndefined();
    expect(buffer.tick(10_000)).toEqual([]);
  });
});

describe("whatever the network does", () => {
  const network = fc.array(
    fc.record({
      lost: fc.boolean(),
      copies: fc.integer({ min: 1, max: 3 }),
      delay: fc.integer({ min: 0, max: 300 }),
    }),
    { minLength: 1, maxLength: 80 },
  );

  test("packets are heard in order, once, with a bounded buffer", () => {
    fc.assert(
      fc.property(network, (fates) => {
        const arrivals = fates.flatMap(({ lost, copies, delay }, n) =>
          lost ? [] : Array.from({ length: copies }, (_, c) => ({ n, at: n * 20 + delay + c * 7 })),
        );
        const { heard, deepest } = deliver(new JitterBuffer(), arrivals, 5000);
        const order = numbers(heard);
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
        expect(deepest).toBeLessThanOrEqual(51);
      }),
    );
  });

  test("with delays inside the wait nothing that arrived is missing", () => {
    const mild = fc.array(
      fc.record({ lost: fc.boolean(), delay: fc.integer({ min: 0, max: 19 }) }),
      { minLength: 1, maxLength: 80 },
    );
    fc.assert(
      fc.property(mild, (fates) => {
        const arrivals = fates.flatMap(({ lost, delay }, n) =>
          lost ? [] : [{ n, at: n * 20 + delay }],
        );
        const { heard } = deliver(new JitterBuffer(), arrivals, 5000);
        expect(numbers(heard)).toEqual(arrivals.map(({ n }) => n));
      }),
    );
  });

  test("sound lasts as long as the sender's clock says, within a fifth of a second", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 100 }), (lost) => {
        const arrivals = stream(lost.length).filter(({ n }) => n === 0 || !lost[n]);
        const last = arrivals.at(-1)?.n ?? 0;
        const { heard } = deliver(new JitterBuffer(), arrivals, last * 20 + 20);
        const ms = numbers(heard).length * 20 + holes(heard);
        expect(Math.abs(ms - (last + 1) * 20)).toBeLessThanOrEqual(200);
      }),
    );
  });
});
