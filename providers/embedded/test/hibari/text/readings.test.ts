import { loadRuntime } from "@metered/llmrtc-onnx";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { TextFrontEnd } from "../../../src/hibari/text/front-end.ts";
import { openTextFrontEnd } from "../../../src/hibari/text/open.ts";
import { phonemesOf } from "./tables.ts";

interface Expectation {
  readonly written: string;
  /** The same, the way it is to be said. */
  readonly inWords: string;
}

/** Topic → its lines. */
function expectations(): Map<string, Expectation[]> {
  const file = new URL("../golden/readings.tsv", import.meta.url);
  const topics = new Map<string, Expectation[]>();
  let lines: Expectation[] = [];
  for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
    if (line.startsWith("# ")) {
      lines = [];
      topics.set(line.slice(2), lines);
      continue;
    }
    const [written = "", inWords = ""] = line.split("\t");
    lines.push({ written, inWords });
  }
  return topics;
}

const topics = expectations();
let frontEnd: TextFrontEnd;

beforeAll(async () => {
  frontEnd = await openTextFrontEnd(await loadRuntime({ runtime: "native" }));
});

test("there are more than two hundred expectations", () => {
  expect([...topics.values()].flat().length).toBeGreaterThan(200);
});

test.each([...topics.keys()])("%s sound as if written out", async (topic) => {
  for (const { written, inWords } of topics.get(topic) ?? []) {
    const phonemes = await phonemesOf(frontEnd, inWords);
    expect({ written, phonemes: await phonemesOf(frontEnd, written) }).toEqual({
      written,
      phonemes,
    });
  }
});

describe("a full stop ends a sentence", () => {
  test.each([
    ["He works at Acme Inc. The company is big.", 2],
    ["It begins at 7 a.m. We are ready.", 2],
    ["We met at Baker St. The shop was closed.", 2],
    ["I live in the U.S. It is big.", 2],
    ["The answer is no. Thank you.", 2],
    ["We sell pens, paper, etc. The rest is free.", 2],
    ["See pp. 12-15. Then go on.", 2],
    ["It is on Jan. 5th at No. 7, approx. 5 minutes from St. Paul's.", 1],
    ["The U.S. Army vs. Dr. J. K. Smith of Mt. Everest, i.e. Bob, e.g. Anna.", 1],
    ["See you at 7 a.m. Monday.", 1],
  ])("%j has %i", async (text, count) => {
    expect(await phonemesOf(frontEnd, text)).toHaveLength(count);
  });
});

test.each([
  "The part I like best is the class I took with Queen Victoria and King Charles.",
  "STOP THAT NOW, PLEASE.",
  "I sat in the sun, and no one came.",
  "At first I said no, then yes; in case 2024 is bad, order 20 more.",
])("%j is ordinary text", async (text) => {
  const [phonemes = ""] = await phonemesOf(frontEnd, text);
  for (const word of ["zˈɪɹO", "nˈʌmbəɹ", "sˈʌndˌA", "wˈʌn lˈIk"]) {
    expect(phonemes).not.toContain(word);
  }
});
