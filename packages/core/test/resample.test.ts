import { levelDb, Resampler, type Pcm } from "@metered/llmrtc-core";
import fc from "fast-check";
import { expect, test } from "vitest";

const conversions = [
  [24_000, 48_000],
  [48_000, 16_000],
  [48_000, 24_000],
  [16_000, 24_000],
  [8000, 16_000],
  [22_050, 24_000],
  [44_100, 24_000],
  [44_100, 16_000],
  [16_000, 16_000],
] as const;
const conversion = fc.constantFrom(...conversions);

function tone(hertz: number, rate: number, seconds = 0.5, amplitude = 0.5): Pcm {
  const step = (2 * Math.PI * hertz) / rate;
  return Int16Array.from(
    { length: rate * seconds },
    (_, i) => 32_767 * amplitude * Math.sin(i * step),
  );
}

function resample(pcm: Pcm, from: number, to: number, cuts: readonly number[] = []): Pcm {
  const resampler = new Resampler(from, to);
  const edges = [0, ...cuts.map((cut) => cut % (pcm.length + 1)), pcm.length];
  edges.sort((a, b) => a - b);
  const parts = edges.slice(1).map((edge, i) => resampler.process(pcm.subarray(edges[i], edge)));
  return Int16Array.from([...parts, resampler.flush()].flatMap((part) => [...part]));
}

/** The part that the ends of the signal do not disturb. */
const middle = (pcm: Pcm): Pcm => pcm.subarray(pcm.length / 4, (pcm.length * 3) / 4);

test("how the input is cut never changes the output", () => {
  fc.assert(
    fc.property(
      conversion,
      fc.int16Array({ maxLength: 2000 }),
      fc.array(fc.nat()),
      ([from, to], pcm, cuts) => {
        expect(resample(pcm, from, to, cuts)).toEqual(resample(pcm, from, to));
      },
    ),
  );
});

test("n samples become ceil(n × toRate / fromRate)", () => {
  fc.assert(
    fc.property(conversion, fc.nat(3000), ([from, to], n) => {
      expect(resample(new Int16Array(n), from, to)).toHaveLength(Math.ceil((n * to) / from));
    }),
  );
});

test("after a flush the resampler is as new", () => {
  fc.assert(
    fc.property(conversion, fc.int16Array(), fc.int16Array(), ([from, to], before, pcm) => {
      const used = new Resampler(from, to);
      used.process(before);
      used.flush();
      expect([...used.process(pcm), ...used.flush()]).toEqual([...resample(pcm, from, to)]);
    }),
  );
});

test("a constant stays what it is", () => {
  for (const [from, to] of conversions) {
    const out = middle(resample(new Int16Array(4000).fill(12_345), from, to));
    expect(Math.max(...out) - Math.min(...out)).toBe(0);
    expect(out[0]).toBe(12_345);
  }
});

test.each(conversions)("a tone goes from %i to %i Hz unharmed and in time", (from, to) => {
  for (const hertz of [200, 1000, Math.min(from, to) * 0.38]) {
    const out = middle(resample(tone(hertz, from), from, to));
    const wanted = middle(tone(hertz, to));
    const error = out.map((sample, i) => sample - (wanted[i] ?? 0));
    expect(levelDb(error) - levelDb(wanted)).toBeLessThan(-50);
  }
});

test.each(conversions.filter(([from, to]) => from > to))(
  "from %i to %i Hz, what the lower rate cannot carry is at least 50 dB down",
  (from, to) => {
    for (const hertz of [to * 0.5 + 1, to * 0.6, to * 0.75, from * 0.49]) {
      const pcm = tone(hertz, from);
      expect(levelDb(middle(resample(pcm, from, to))) - levelDb(pcm)).toBeLessThan(-50);
    }
  },
);

test.each(conversions.filter(([from, to]) => from < to))(
  "from %i to %i Hz, no mirror image of the tone appears above its band",
  (from, to) => {
    const hertz = from * 0.38;
    const out = middle(resample(tone(hertz, from), from, to));
    const wanted = middle(tone(hertz, to));
    expect(levelDb(out.map((sample, i) => sample - (wanted[i] ?? 0)))).toBeLessThan(-60);
  },
);

test("what is too loud for 16 bits after filtering is clipped, not wrapped", () => {
  const square = Int16Array.from({ length: 4800 }, (_, i) => (i % 40 < 20 ? 32_767 : -32_768));
  const out = resample(square, 24_000, 48_000);
  for (let i = 200; i < 9000; i++) {
    expect(Math.abs((out[i] ?? 0) - (out[i - 1] ?? 0))).toBeLessThan(50_000);
  }
});

test("live sound is held back by at most 3 ms at 8 kHz", () => {
  expect(new Resampler(8000, 16_000).process(new Int16Array(800))).toHaveLength(1552);
});

test("rates that make no sense are refused", () => {
  for (const rate of [0, 100, 16_000.5, Number.NaN, 400_000]) {
    expect(() => new Resampler(rate, 16_000)).toThrow(RangeError);
    expect(() => new Resampler(16_000, rate)).toThrow(RangeError);
  }
});
