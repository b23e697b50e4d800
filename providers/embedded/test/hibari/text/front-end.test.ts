import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SpokenSentence, TextFrontEnd } from "../../../src/hibari/text/front-end.ts";
import { countingNet, frontEndWith, phonemesOf } from "./tables.ts";

let net: ReturnType<typeof countingNet>;
let frontEnd: TextFrontEnd;

async function sentences(text: string): Promise<SpokenSentence[]> {
  const all: SpokenSentence[] = [];
  for await (const sentence of frontEnd.sentences(text)) all.push(sentence);
  return all;
}

describe("sentences", () => {
  beforeAll(async () => {
    net = countingNet();
    frontEnd = await frontEndWith(net.lettersToSounds);
  });

  test("come with their text, phonemes and ids, nought at both ends", async () => {
    expect(await sentences("Hi there. Come in!\nWait")).toEqual([
      {
        text: "Hi there.",
        phonemes: "hˈI ðˈɛɹ.",
        ids: [0, 50, 156, 25, 16, 81, 156, 86, 123, 4, 0],
      },
      { text: "Come in!", phonemes: "kˈʌm ˈɪn!", ids: frontEnd.ids("kˈʌm ˈɪn!") },
      { text: "Wait", phonemes: "wˈAt", ids: [0, 65, 156, 24, 62, 0] },
    ]);
  });

  test("ids leave out what the voice does not know", () => {
    expect(frontEnd.ids("a漢b😀")).toEqual([0, 43, 44, 0]);
  });

  test.each([
    ["Dr. Smith met J. K. Rowling.", 1],
    ["It costs $3.50. Really?", 2],
    ["Look... here", 1],
    ["He said “stop.” She did.", 2],
    ["One\n\n\nTwo\r\nThree", 3],
    [" \n\t ", 0],
    ["", 0],
  ])("%j is cut into %i", async (text, count) => {
    expect(await sentences(text)).toHaveLength(count);
  });

  test("an overlong sentence comes in parts that carry its text, cut at a clause", async () => {
    const text = `${"We went to the market to buy some bread, ".repeat(20)}and came home.`;
    const parts = await sentences(text);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.text).toBe(text);
      expect(part.phonemes.length).toBeLessThanOrEqual(400);
      expect(part.phonemes).toMatch(/[,.]$/);
    }
  });

  test.each([["and then we left ".repeat(60)], ["lalala".repeat(200)]])(
    "even one without a clause or a blank",
    async (text) => {
      const parts = await sentences(text);
      expect(parts.every((part) => part.phonemes.length <= 400)).toBe(true);
    },
  );
});

describe("small words sound as their neighbours want", () => {
  test.each([
    ["The apple and the pear.", "ði ˈæpᵊl ænd ðə pˈɛɹ."],
    ["To Austin, to Boston.", "tʊ ˈɔstən, tə bˈɔstən."],
    ["I used to use it.", "ˌI jˈust tə jˈuz ɪt."],
    ["We live near a live show.", "wˌi lˈɪv nˌɪɹ ɐ lˈIv ʃˈO."],
  ])("%j", async (text, expected) => {
    expect(await phonemesOf(frontEnd, text)).toEqual([expected]);
  });

  test("a link is read by its label, or as its phonemes say", async () => {
    const [plain] = await phonemesOf(frontEnd, "Say [Kokoro](/kˈOkəɹO/) now.");
    expect(plain).toBe("sˈA kˈOkəɹO nˈW.");
  });
});

describe("a word that no dictionary knows", () => {
  beforeEach(async () => {
    net = countingNet();
    frontEnd = await frontEndWith(net.lettersToSounds);
  });

  test("is asked of the letter-to-sound net, and others are not", async () => {
    await phonemesOf(frontEnd, "Hello, how are you on this fine Monday, at 9:30 am?");
    expect(net.runs).toHaveLength(0);
    await phonemesOf(frontEnd, "Hello zorblatt.");
    expect(net.runs).toHaveLength(1);
  });

  test("is asked once, also when it is spoken twice at the same time", async () => {
    const text = "Zorblatt, zorblatt or zorblatt?";
    await Promise.all([phonemesOf(frontEnd, text), phonemesOf(frontEnd, text)]);
    expect(net.runs.filter((run, i) => net.runs.indexOf(run) !== i)).toEqual([]);
  });

  test("is forgotten after a thousand others", async () => {
    const letters = Array.from("abcdefghij");
    const words = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    await phonemesOf(frontEnd, "zorblatt");
    for (const word of words) await phonemesOf(frontEnd, `zq${word}x`);
    const before = net.runs.length;
    await phonemesOf(frontEnd, "zorblatt");
    expect(net.runs.length).toBe(before + 1);
  });

  test("is asked with at most 24 letters", async () => {
    await phonemesOf(frontEnd, "q".repeat(9) + "zorblatt".repeat(9));
    expect(net.runs.map((run) => run.split(",").length)).toEqual([24]);
  });
});

test("a net that fails fails the sentence, and is asked again next time", async () => {
  let broken = true;
  const healed = countingNet();
  frontEnd = await frontEndWith(async (chars) => {
    if (broken) throw new Error("out of memory");
    return await healed.lettersToSounds(chars);
  });
  await expect(phonemesOf(frontEnd, "zorblatt")).rejects.toThrow("out of memory");
  broken = false;
  expect(await phonemesOf(frontEnd, "zorblatt")).toHaveLength(1);
});

test("an aborted reading rejects with the signal's reason", async () => {
  const reason = new Error("barge-in");
  const reading = frontEnd.sentences("One. Two.", { signal: AbortSignal.abort(reason) });
  await expect(reading.next()).rejects.toBe(reason);
});

test("a reading that is aborted at a sentence does not go on to the next", async () => {
  const call = new AbortController();
  const reading = frontEnd.sentences("One. Two.", { signal: call.signal });
  expect(await reading.next()).toMatchObject({ value: { text: "One." } });
  call.abort(new Error("barge-in"));
  await expect(reading.next()).rejects.toThrow("barge-in");
});
