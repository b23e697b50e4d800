import { loadRuntime } from "@metered/llmrtc-onnx";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { TextFrontEnd } from "../../../src/hibari/text/front-end.ts";
import { openTextFrontEnd } from "../../../src/hibari/text/open.ts";
import { frontEndWith, phonemesOf } from "./tables.ts";

interface GoldenLine {
  readonly text: string;
  /** What the reference implementation, hibari-tts 0.2.1, says; one string per sentence. */
  readonly phonemes: readonly string[];
}

function goldenLines(name: string): GoldenLine[] {
  const file = new URL(`../golden/${name}.jsonl`, import.meta.url);
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line) as GoldenLine);
}

/** Lines that the reference reads badly, each with what it stumbles over; see readings.test.ts. */
const readsBetter: ReadonlyMap<string, string> = new Map(
  readFileSync(new URL("../golden/reads-better.tsv", import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line): [string, string] => {
      const [reason = "", text = ""] = line.split("\t");
      return [text, reason];
    }),
);

function ordinaryLines(name: string): GoldenLine[] {
  return goldenLines(name).filter(({ text }) => !readsBetter.has(text));
}

test("nine lines of ten are for the reference to decide", () => {
  expect(ordinaryLines("phonemes").length).toBeGreaterThan(0.9 * goldenLines("phonemes").length);
});

test("no line is listed as better that is read as the reference does", async () => {
  const frontEnd = await openTextFrontEnd(await loadRuntime({ runtime: "native" }));
  for (const { text, phonemes } of ["phonemes", "phonemes-varied"].flatMap(goldenLines)) {
    if (!readsBetter.has(text)) continue;
    expect({ text, phonemes: await phonemesOf(frontEnd, text) }).not.toEqual({ text, phonemes });
  }
});

test("every ordinary line without unknown words is read exactly as the reference does", async () => {
  // Sounds of unknown words come from the net, whose numbers may differ between processors.
  const unknown = new Error("asks the net");
  const frontEnd = await frontEndWith(() => Promise.reject(unknown));
  let compared = 0;
  for (const { text, phonemes } of ["phonemes", "phonemes-varied"].flatMap(ordinaryLines)) {
    const read = await phonemesOf(frontEnd, text).catch((error: unknown) => error);
    if (read === unknown) continue;
    expect({ text, phonemes: read }).toEqual({ text, phonemes });
    compared++;
  }
  expect(compared).toBeGreaterThan(800);
});

describe.each(["native", "wasm"] as const)("with the %s runtime", (kind) => {
  let frontEnd: TextFrontEnd;

  beforeAll(async () => {
    frontEnd = await openTextFrontEnd(await loadRuntime({ runtime: kind }));
  });

  test.each(["phonemes", "phonemes-varied"])(
    "asked to read as trained, it reads all lines of %s nearly as the reference does",
    async (name) => {
      let length = 0;
      let wrong = 0;
      for (const { text, phonemes } of goldenLines(name)) {
        const expected = phonemes.join("\n");
        const read = await phonemesOf(frontEnd, text, { natural: false });
        length += expected.length;
        wrong += editDistance(expected, read.join("\n"));
      }
      expect(1 - wrong / length).toBeGreaterThanOrEqual(0.99);
    },
  );

  test.each(["phonemes", "phonemes-varied"])(
    "nearly all phonemes of the ordinary lines of %s are the reference's",
    async (name) => {
      let length = 0;
      let wrong = 0;
      for (const { text, phonemes } of ordinaryLines(name)) {
        const expected = phonemes.join("\n");
        length += expected.length;
        wrong += editDistance(expected, (await phonemesOf(frontEnd, text)).join("\n"));
      }
      expect(1 - wrong / length).toBeGreaterThanOrEqual(0.99);
    },
  );
});

/** How many characters have to be put in, left out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  if (a === b) return 0;
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const [left = 0, up = 0, corner = 0] = [row[j - 1], above[j], above[j - 1]];
      row.push(Math.min(left + 1, up + 1, corner + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
