import { readFileSync } from "node:fs";
import { decodeWav } from "@metered/llmrtc-core";

/** What the published code makes of a recording. */
export interface GoldenCase {
  readonly clip: string;
  /** Digital silence behind the recording. */
  readonly silenceMs: number;
  /** Length with the silence, after samples were dropped in front to a multiple of 160. */
  readonly samples: number;
  readonly mean: number;
  /** Band, frame, value. */
  readonly probes: readonly (readonly [number, number, number])[];
  /** The model's answer on the native runtime. */
  readonly finished: number;
}

const here = (name: string): URL => new URL(name, import.meta.url);

export const golden = JSON.parse(readFileSync(here("golden.json"), "utf8")) as {
  readonly cases: readonly GoldenCase[];
};

export function clipWithSilence({ clip, silenceMs, samples }: GoldenCase): Int16Array {
  const { pcm } = decodeWav(readFileSync(here(`clips/${clip}`)));
  const sound = new Int16Array(pcm.length + silenceMs * 16);
  sound.set(pcm);
  return sound.subarray(sound.length - samples);
}
