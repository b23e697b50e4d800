import { decodeWav, encodeWav, type Pcm, Resampler } from "@metered/llmrtc-core";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

const sampleRate = 48_000;

/**
 * A clip as Chromium's fake microphone device wants it: 48 kHz, with silence around it, since the
 * device starts to play when the page opens it.
 */
export async function microphoneFile(
  clip: string,
  { leadMs, tailMs }: { readonly leadMs: number; readonly tailMs: number },
): Promise<{ readonly file: string; remove(): Promise<void> }> {
  const source = new URL(`../clips/${clip}.wav`, import.meta.url);
  const { pcm, format } = decodeWav(await readFile(source));
  const resampler = new Resampler(format.sampleRate, sampleRate);
  const sound = joined([
    silence(leadMs),
    resampler.process(pcm),
    resampler.flush(),
    silence(tailMs),
  ]);
  const folder = await mkdtemp(path.join(os.tmpdir(), "llmrtc-microphone-"));
  const file = path.join(folder, `${clip}.wav`);
  await writeFile(file, encodeWav(sound, { sampleRate, channels: 1 }));
  return { file, remove: () => rm(folder, { recursive: true }) };
}

function silence(ms: number): Pcm {
  return new Int16Array((ms * sampleRate) / 1000);
}

function joined(parts: readonly Pcm[]): Pcm {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
