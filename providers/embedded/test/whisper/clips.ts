import { readFile } from "node:fs/promises";
import { decodeWav } from "@metered/llmrtc-core";

/** A golden case of `golden.json`. */
export interface GoldenClip {
  readonly id: string;
  readonly frames: number;
  readonly mel: {
    readonly mean: number;
    readonly rms: number;
    readonly min: number;
    readonly max: number;
  };
  readonly tokens: readonly number[];
  readonly count: number;
  readonly text: string;
  readonly noSpeech: number;
}

const golden = await readFile(new URL("golden.json", import.meta.url), "utf8");
export const goldenClips = (JSON.parse(golden) as { readonly clips: readonly GoldenClip[] }).clips;

/** What is said in `flite-1`. */
export const question = "What is the weather in Paris today?";

export function clipFile(id: string): Promise<Uint8Array> {
  return readFile(new URL(`clips/${id}.wav`, import.meta.url));
}

/** 16 kHz mono. */
export async function clipPcm(id: string): Promise<Int16Array> {
  return decodeWav(await clipFile(id)).pcm;
}

/** Noise of one loudness, the same for each seed. */
export function noise(seconds: number, amplitude: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: seconds * 16_000 }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return (seed / 2 ** 31) * amplitude;
  });
}

export function tone(seconds: number, hertz: number): Int16Array {
  return Int16Array.from(
    { length: seconds * 16_000 },
    (_, i) => 8_000 * Math.sin((2 * Math.PI * hertz * i) / 16_000),
  );
}

/** Noise that swells and fades once, as a breath into the microphone does. */
export function breath(seconds: number, amplitude: number): Int16Array {
  const pcm = noise(seconds, amplitude);
  return pcm.map((sample, i) => sample * Math.sin((Math.PI * i) / pcm.length) ** 2);
}
