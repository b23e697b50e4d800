// A voice agent under load: providers of fixed delay, a recorded human voice for an answer, on the server
// module that the first argument names. It tells its own figures over IPC.
import { decodeWav, Resampler } from "@metered/llmrtc-core";
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pathToFileURL } from "node:url";

const [entry, port, recording, replyMs] = process.argv.slice(2);
const { LLMRTCServer } = await import(entry.startsWith("@") ? entry : pathToFileURL(entry).href);

const delayMs = 50;
/** Between two looks at the event loop. */
const restMs = 20;
const voiceRate = 24_000;
const chunkMs = 100;
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const wav = decodeWav(readFileSync(recording));
const voice = new Resampler(wav.format.sampleRate, voiceRate)
  .process(wav.pcm)
  .slice(0, (Number(replyMs) * voiceRate) / 1000);

const stt = {
  name: "fixed",
  async transcribe() {
    await delay(delayMs);
    return { text: "where are you going", isFinal: true };
  },
};

const words = "I am going to the market to buy some bread and a bottle of milk.".match(/\S+\s*/g);
const llm = {
  name: "fixed",
  async complete() {
    await delay(delayMs);
    return { fullText: words.join("") };
  },
  async *stream() {
    await delay(delayMs);
    for (const content of words) {
      yield { content, done: false };
      await delay(10);
    }
    yield { content: "", done: true };
  },
};

const tts = {
  name: "fixed",
  async speak() {
    await delay(delayMs);
    return { audio: Buffer.from(voice.buffer, voice.byteOffset, voice.byteLength), format: "pcm" };
  },
  async *speakStream() {
    await delay(delayMs);
    const samples = (chunkMs * voiceRate) / 1000;
    for (let at = 0; at < voice.length; at += samples) {
      const chunk = voice.subarray(at, at + samples);
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  },
};

const server = new LLMRTCServer({
  providers: { stt, llm, tts },
  port: Number(port),
  iceServers: [],
});
await server.start();

const delays = monitorEventLoopDelay({ resolution: restMs });
delays.enable();
const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - restMs);
let since = { cpu: process.cpuUsage(), at: performance.now() };

process.on("message", ({ type }) => {
  if (type === "report") {
    const { user, system } = process.cpuUsage(since.cpu);
    process.send({
      cpuPct: (user + system) / 10 / (performance.now() - since.at),
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      loopMs: {
        p50: ms(delays.percentile(50)),
        p99: ms(delays.percentile(99)),
        max: ms(delays.max),
      },
    });
  }
  since = { cpu: process.cpuUsage(), at: performance.now() };
  delays.reset();
});
const stop = () => void server.stop().finally(() => process.exit(0));
process.on("SIGTERM", stop);
process.on("disconnect", stop);
process.send({ type: "ready" });
