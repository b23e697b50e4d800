import { asciiDigits, wordLetter } from "./characters.ts";
import type { Dictionary } from "./dictionary.ts";
import type { LettersToSounds } from "./letters-to-sounds.ts";
import { readNumeral } from "./read-number.ts";

const pieces = new RegExp(
  [
    `(?<letters>${wordLetter}+(?:['’]${wordLetter}+)*)`,
    String.raw`(?<digits>\p{Nd}+(?:[,.]\p{Nd}+)*)`,
    String.raw`[^\p{L}\p{N}_\s]+`,
  ].join("|"),
  "gu",
);

const symbolSounds = new Map([
  ["/", "slˈæʃ"],
  ["=", "ˈikwᵊlz"],
  ["+", "plˈʌs"],
  ["&", "ænd"],
  ["@", "æt"],
  ["%", "pəɹsˈɛnt"],
  ["#", "hˈæʃ"],
  ["*", "ˈæstəɹˌɪsk"],
  ["~", "tˈɪldə"],
  ["^", "kˈɛɹət"],
  ["<", "lˈɛs ðən"],
  [">", "ɡɹˈATəɹ ðən"],
  ["—", "—"],
]);

/** Reads a word that is in no dictionary: letters by the net, digits as numbers, some symbols by name. */
export async function readUnknownWord(
  word: string,
  sources: {
    readonly dictionary: Dictionary;
    readonly letters: LettersToSounds;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<string> {
  const { dictionary, letters, signal } = sources;
  const said: string[] = [];
  for (const { 0: piece, groups } of word.matchAll(pieces)) {
    if (groups?.["letters"] !== undefined) {
      said.push(await letters.read(piece, signal === undefined ? {} : { signal }));
    } else if (groups?.["digits"] !== undefined) {
      said.push(readNumeral(dictionary, { text: asciiDigits(piece), startsWord: false }));
    } else said.push(Array.from(piece, (symbol) => symbolSounds.get(symbol) ?? "").join(""));
  }
  return said.filter((sounds) => sounds !== "").join(" ");
}
