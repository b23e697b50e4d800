import fc from "fast-check";
import { expect, test } from "vitest";
import { cutPiece, firstPiece, laterPiece, type PieceLimits } from "../../src/hibari/clauses.ts";

function cutAll(phonemes: string, limits: PieceLimits): string[] {
  const [head, tail] = cutPiece(phonemes, limits);
  return tail === undefined ? [head] : [head, ...cutAll(tail, limits)];
}

const word = fc.stringMatching(/^[a-zˈə]{1,9}[,;—]?$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 90 }).map((words) => words.join(" "));
const limits = fc.constantFrom(firstPiece, laterPiece);

test("nothing is lost or changed by cutting", () => {
  fc.assert(
    fc.property(sentence, limits, (phonemes, limit) => {
      expect(cutAll(phonemes, limit).join(" ")).toBe(phonemes);
    }),
  );
});

test("no piece is longer than the model should take at once, and none is a stammer", () => {
  fc.assert(
    fc.property(sentence, limits, (phonemes, limit) => {
      const pieces = cutAll(phonemes, limit);
      for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(limit.longest);
      if (pieces.length > 1) {
        for (const piece of pieces.slice(0, -1)) expect(piece.length).toBeGreaterThan(9);
      }
    }),
  );
});

test("a short sentence stays whole, whatever its clauses", () => {
  const phonemes = "wˈʌn, tˈu, θɹˈi, fˈɔɹ.";
  expect(cutPiece(phonemes, firstPiece)).toEqual([phonemes]);
});

test("a long first sentence is cut at the last clause that fits", () => {
  const clauses = [
    "ɪf ju wˈɑnt tə nˈO,",
    "æz mˈOst pˈipᵊl dˈu,",
    "hˌW ðə hˈWs wəz bˈɪlt ænd hˌu pˈAd,",
  ];
  const [head, tail] = cutPiece(`${clauses.join(" ")} ˈæsk mˌi ənˈʌðəɹ kwˈɛsʧən.`, firstPiece);
  expect(head).toBe(`${clauses[0] ?? ""} ${clauses[1] ?? ""}`);
  expect(tail).toMatch(/^hˌW ðə hˈWs/);
});

test("without a clause a long sentence is left whole until it is too long, then cut between words", () => {
  const words = (count: number) => new Array<string>(count).fill("wˈɜɹdz").join(" ");
  expect(cutPiece(words(20), firstPiece)).toHaveLength(1);
  const [head, tail] = cutPiece(words(40), firstPiece);
  expect(head).toMatch(/wˈɜɹdz$/);
  expect(tail).toMatch(/^wˈɜɹdz/);
});
