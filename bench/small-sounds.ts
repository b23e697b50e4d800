// Makes the small sounds of `killed-answers` again: bench/clips/{uh,mm-hm,cough,noise}.wav.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  encodeWav,
  microphoneFormat,
  type Pcm,
  pcmFromFloats,
  PcmReader,
  Resampler,
} from "@metered/llmrtc-core";
import { EmbeddedTTSProvider } from "@metered/llmrtc-provider-embedded";

const perMs = microphoneFormat.sampleRate / 1000;
const audible = 330;

const voice = new EmbeddedTTSProvider();
await voice.init();
const uh = await spoken("uh.");
const sounds: Record<string, Pcm> = {
  uh: faded(uh.subarray(Math.max(0, loudest(uh) - 60 * perMs)).subarray(0, 120 * perMs)),
  "mm-hm": await spoken("mm-hmm."),
  cough: cough(),
  noise: faded(pcmFromFloats(noise(150, 0.25))),
};
await voice.close();
for (const [name, pcm] of Object.entries(sounds)) {
  const file = fileURLToPath(new URL(`clips/${name}.wav`, import.meta.url));
  await writeFile(file, encodeWav(pcm, microphoneFormat));
  console.log(`${name}: ${(pcm.length / perMs).toFixed(0)} ms`);
}

/** Said by the embedded voice, without the silence around it. */
async function spoken(text: string): Promise<Pcm> {
  const { audio } = await voice.speak(text, { format: "pcm" });
  const resampler = new Resampler(24_000, microphoneFormat.sampleRate);
  const pcm = resampler.process(new PcmReader().push(audio));
  const first = pcm.findIndex((sample) => Math.abs(sample) > audible);
  const last = pcm.findLastIndex((sample) => Math.abs(sample) > audible);
  return pcm.slice(first, last + 1);
}

/** Where the middle of the loudest 60 ms is. */
function loudest(pcm: Pcm): number {
  let [at, most] = [0, 0];
  for (let from = 0; from + 60 * perMs <= pcm.length; from += 5 * perMs) {
    const energy = pcm.subarray(from, from + 60 * perMs).reduce((sum, x) => sum + x * x, 0);
    if (energy > most) [at, most] = [from + 30 * perMs, energy];
  }
  return at;
}

/** A burst as the throat opens, a rough voiced rest, twice, the second time weaker. */
function cough(): Pcm {
  const one = (level: number): Float32Array => {
    const hiss = noise(220, 1);
    return hiss.map((sample, i) => {
      const ms = i / perMs;
      const burst = Math.exp(-ms / 25);
      const rest = 0.35 * Math.exp(-((ms - 90) ** 2) / 3_000);
      const rough = 0.6 + 0.4 * Math.sign(Math.sin((2 * Math.PI * 130 * ms) / 1000));
      return level * sample * (burst + rest * rough);
    });
  };
  const [strong, weak, hush] = [one(0.6), one(0.35), new Float32Array(60 * perMs)];
  return faded(pcmFromFloats([...strong, ...hush, ...weak]));
}

/** Pink-ish noise, the same each time. */
function noise(ms: number, level: number): Float32Array {
  let seed = 11;
  let low = 0;
  return Float32Array.from({ length: ms * perMs }, () => {
    seed = (seed * 16_807) % 2_147_483_647;
    const white = (2 * seed) / 2_147_483_647 - 1;
    low += 0.15 * (white - low);
    return level * (0.5 * white + 1.5 * low);
  });
}

function faded(pcm: Pcm): Pcm {
  const fade = 5 * perMs;
  return pcm.map((sample, i) => sample * Math.min(1, i / fade, (pcm.length - 1 - i) / fade));
}
