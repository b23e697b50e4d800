// A voice agent with providers of fixed delay, on the server module that the first argument names:
// ours or the incumbent's, which share their options and provider interfaces.
import { pathToFileURL } from "node:url";

const [entry, iceServers] = process.argv.slice(2);
const { LLMRTCServer } = await import(entry.startsWith("@") ? entry : pathToFileURL(entry).href);

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const delayMs = 50;
const sampleRate = 24_000;
const toneMs = 600;

const tone = new Int16Array((sampleRate * toneMs) / 1000).map(
  (_, i) => 12_000 * Math.sin((2 * Math.PI * 440 * i) / sampleRate),
);

const stt = {
  name: "fixed",
  async transcribe() {
    await delay(delayMs);
    return { text: "hello", isFinal: true };
  },
};

const llm = {
  name: "fixed",
  async complete() {
    await delay(delayMs);
    return { fullText: "Hello." };
  },
  async *stream() {
    await delay(delayMs);
    yield { content: "Hello.", done: false };
    yield { content: "", done: true };
  },
};

const tts = {
  name: "fixed",
  async speak() {
    await delay(delayMs);
    return { audio: Buffer.from(tone.buffer), format: "pcm" };
  },
  async *speakStream() {
    await delay(delayMs);
    yield Buffer.from(tone.buffer);
  },
};

const server = new LLMRTCServer({
  providers: { stt, llm, tts },
  port: Number(process.env.PORT),
  iceServers: JSON.parse(iceServers),
});
await server.start();
process.on("SIGTERM", () => process.exit(0));
