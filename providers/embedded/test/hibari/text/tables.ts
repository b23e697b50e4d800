import { readFile } from "node:fs/promises";
import { modelFile } from "../../../src/hibari/model-files.ts";
import {
  loadTextFrontEnd,
  type ReadingOptions,
  type TextFrontEnd,
  type TextFrontEndParts,
} from "../../../src/hibari/text/front-end.ts";

/** A letter-to-sound net that hears every letter as the same sound, and counts its runs. */
export function countingNet() {
  const runs: string[] = [];
  return {
    runs,
    lettersToSounds: async (chars: BigInt64Array) => {
      runs.push(chars.join());
      return BigInt64Array.from({ length: chars.length }, (_, i) => (i % 2 === 0 ? 12n : 0n));
    },
  };
}

/** The front end with the real tables. */
export function frontEndWith(
  lettersToSounds: TextFrontEndParts["lettersToSounds"],
): Promise<TextFrontEnd> {
  return loadTextFrontEnd({ readFile: (name) => readFile(modelFile(name)), lettersToSounds });
}

export async function phonemesOf(
  frontEnd: TextFrontEnd,
  text: string,
  options: ReadingOptions = {},
): Promise<string[]> {
  const phonemes: string[] = [];
  for await (const sentence of frontEnd.sentences(text, options)) phonemes.push(sentence.phonemes);
  return phonemes;
}
