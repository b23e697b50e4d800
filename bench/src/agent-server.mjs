// A voice agent with providers of fixed delay, on the server module that the first argument names:
// ours or the incumbent's, which share their options and provider interfaces. The parent process says
// over IPC what is heard next.
import { pathToFileURL } from "node:url";

const [entry, iceServers, scenario] = process.argv.slice(2);
const { LLMRTCServer } = await import(entry.startsWith("@") ? entry : pathToFileURL(entry).href);
/** @type {import("./scenario.ts").Scenario} */
const { delaysMs, tokens, tokenMs, sentenceMs, hearing } = JSON.parse(scenario);

const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sampleRate = 24_000;

const tone = Int16Array.from(
  { length: (sampleRate * sentenceMs) / 1000 },
  (_, i) => 12_000 * Math.sin((2 * Math.PI * 440 * i) / sampleRate),
);

let text = "Tell me more.";
process.on("message", (message) => {
  text = message.text;
});

const stt = hearing === "embedded" ? await whisper() : fixedEars();

const llm = {
  name: "fixed",
  async complete() {
    await delay(delaysMs.llm + tokenMs * tokens.length);
    return { fullText: tokens.join("") };
  },
  async *stream(_request, { signal } = {}) {
    await delay(delaysMs.llm);
    for (const [at, content] of tokens.entries()) {
      if (at > 0) await delay(tokenMs);
      if (signal?.aborted) return;
      yield { content, done: false };
    }
    yield { content: "", done: true };
  },
};

const tts = {
  name: "fixed",
  async speak() {
    await delay(delaysMs.tts);
    return { audio: Buffer.from(tone.buffer), format: "pcm" };
  },
  async *speakStream() {
    await delay(delaysMs.tts);
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
process.on("disconnect", () => process.exit(0)); // the benchmark is gone

function fixedEars() {
  return {
    name: "fixed",
    async transcribe() {
      const heard = text;
      await delay(delaysMs.stt);
      return { text: heard, isFinal: true };
    },
  };
}

async function whisper() {
  const { EmbeddedSTTProvider } = await import("@metered/llmrtc-provider-embedded");
  const stt = new EmbeddedSTTProvider();
  await stt.init();
  return stt;
}
