// The embedded ear: how long after the caller's last sample the text is there, while interim results
// are made and the sound comes in real time and breaks off in mid-speech (the worst case); what the
// models weigh; what a tick of forty callers costs the voice detector.
//   npm run bench -- hearing-latency [native|wasm] [rounds]
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { openSilero } from "@metered/llmrtc-backend";
import { bytesFromPcm, decodeWav, voiceFrameSamples } from "@metered/llmrtc-core";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { show, summarise, table } from "./src/table.ts";

const options = process.argv.slice(2);
const runtime = options.includes("wasm") ? "wasm" : "native";
const rounds = Number(options.find((option) => /^\d+$/.test(option)) ?? 5);
const clip = new URL("../providers/embedded/test/whisper/clips/libri-0920.wav", import.meta.url);
const { pcm } = decodeWav(await readFile(clip));
const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { ms: performance.now() - start, value };
}

/** `sound` in frames of 20 ms, each when it would have been spoken. Calls `ended` after the last. */
async function* spoken(sound: Int16Array, ended: () => void): AsyncGenerator<Uint8Array> {
  const start = performance.now();
  for (let at = 0; at < sound.length; at += 320) {
    const due = start + ((at + 320) / 16_000) * 1000;
    await sleep(Math.max(0, due - performance.now()));
    yield bytesFromPcm(sound.subarray(at, at + 320));
  }
  ended();
}

const empty = megabytes();
const stt = new EmbeddedSTTProvider({ runtime });
const sttLoad = await timed(() => stt.init());
const withStt = megabytes();
const vad = await timed(() => openSilero({ runtime }));
const withVad = megabytes();

const delay = monitorEventLoopDelay({ resolution: 1 });
const rows: string[][] = [];
for (const seconds of [1, 3, 6]) {
  const finals: number[] = [];
  const interims: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let end = 0;
    let count = 0;
    delay.enable();
    const sound = spoken(pcm.subarray(0, seconds * 16_000), () => {
      end = performance.now();
    });
    for await (const { isFinal } of stt.transcribeStream(sound)) {
      if (isFinal) finals.push(performance.now() - end);
      else count += 1;
    }
    delay.disable();
    interims.push(count);
  }
  rows.push([`${seconds} s`, show(summarise(finals)), show(summarise(interims))]);
}

const callers = Array.from({ length: 40 }, () => vad.value.open());
const ticks: number[] = [];
for (let at = 0; at + voiceFrameSamples <= pcm.length; at += voiceFrameSamples) {
  const frame = pcm.subarray(at, at + voiceFrameSamples);
  const tick = await timed(() => Promise.all(callers.map((caller) => caller.probability(frame))));
  ticks.push(tick.ms);
}
const sorted = ticks.toSorted((a, b) => a - b);

console.log(`Runtime: ${stt.runtime?.kind ?? ""} (${stt.runtime?.reason ?? ""})\n`);
console.log(table(["utterance", "final after its end, ms (least)", "interim results"], rows));
console.log(`
Load and warm: Whisper ${sttLoad.ms.toFixed(0)} ms, Silero ${vad.ms.toFixed(0)} ms
Memory: ${empty.toFixed(0)} MB before, ${withStt.toFixed(0)} with Whisper, ${withVad.toFixed(0)} with Silero, ${megabytes().toFixed(0)} at the end
Event loop delay while hearing: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms
Forty callers' tick: least ${(sorted[0] ?? 0).toFixed(1)}, median ${(sorted[sorted.length >> 1] ?? 0).toFixed(1)}, p95 ${(sorted[Math.floor(sorted.length * 0.95)] ?? 0).toFixed(1)} ms`);
await Promise.all([stt.close(), vad.value.close()]);
