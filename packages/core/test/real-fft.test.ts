import fc from "fast-check";
import { expect, test } from "vitest";
import { complex, RealFft } from "../src/signal/real-fft.ts";

/** Even lengths without a prime factor above 5, the voice's 1200 among them. */
const length = fc.constantFrom(2, 4, 6, 8, 10, 12, 20, 30, 36, 50, 64, 90, 120, 150, 400, 1200);
const signalOf = (n: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n });
const lengthAndSignal = length.chain((n) => signalOf(n).map((values) => Float32Array.from(values)));
const flat = (n: number) => new Float64Array(n).fill(1);

test("the spectrum is that of the definition", () => {
  fc.assert(
    fc.property(lengthAndSignal, (signal) => {
      const n = signal.length;
      const fft = new RealFft(n);
      const spectrum = complex(fft.bins);
      fft.forward(signal, 0, flat(n), spectrum);
      for (const bin of [0, 1, Math.floor(n / 3), n / 2]) {
        let re = 0;
        let im = 0;
        for (const [k, value] of signal.entries()) {
          re += value * Math.cos((2 * Math.PI * bin * k) / n);
          im -= value * Math.sin((2 * Math.PI * bin * k) / n);
        }
        expect(spectrum.re[bin]).toBeCloseTo(re, 6);
        expect(spectrum.im[bin]).toBeCloseTo(im, 6);
      }
    }),
    { numRuns: 60 },
  );
});

test("the inverse brings the signal back and adds it to what is there", () => {
  fc.assert(
    fc.property(lengthAndSignal, fc.nat(9), (signal, offset) => {
      const fft = new RealFft(signal.length);
      const spectrum = complex(fft.bins);
      fft.forward(signal, 0, flat(signal.length), spectrum);
      const sum = new Float32Array(signal.length + offset).fill(1);
      fft.addInverse(spectrum, flat(signal.length), sum, offset);
      for (const [k, value] of signal.entries()) expect(sum[offset + k]).toBeCloseTo(1 + value, 5);
      expect([...sum.subarray(0, offset)].every((value) => value === 1)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("a window and an offset choose what is transformed", () => {
  const fft = new RealFft(8);
  const spectrum = complex(fft.bins);
  const signal = Float32Array.of(9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  fft.forward(signal, 2, Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0), spectrum);
  expect(spectrum.re[0]).toBeCloseTo(1 + 3 + 5 + 7);
});

test.each([0, 7, 14, 2.5])("a length of %d is refused", (n) => {
  expect(() => new RealFft(n)).toThrow(RangeError);
});
