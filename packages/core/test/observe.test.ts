import {
  callHook,
  ConsoleMetrics,
  createErrorContext,
  createErrorOnlyHooks,
  createLoggingHooks,
  createTimingHooks,
  createTimingInfo,
  createVerboseHooks,
  InMemoryMetrics,
  type Logger,
  MetricNames,
  NoopMetrics,
  type OrchestratorHooks,
  type ServerHooks,
  silentLogger,
} from "@metered/llmrtc-core";
import { expect, test } from "vitest";

interface Line {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string | undefined;
}

function recorder(): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message?: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  const logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { logger, lines };
}

const ctx = { turnId: "t1", sessionId: "s1", startTime: 1000 };
const timing = createTimingInfo(1000, 1250);

/** Every hook once, with a secret wherever words go. */
async function callAll(
  hooks: OrchestratorHooks & ServerHooks,
  secret = "the secret",
): Promise<void> {
  const request = { callId: "c1", name: "lookup", arguments: { q: secret } };
  await hooks.onConnection?.("s1", "s1");
  await hooks.onSpeechStart?.("s1", 1);
  await hooks.onSpeechEnd?.("s1", 2, 900);
  await hooks.onTurnStart?.(ctx, new Uint8Array(44));
  await hooks.onSTTStart?.(ctx, new Uint8Array(44));
  await hooks.onSTTEnd?.(ctx, { text: secret, isFinal: true }, timing);
  await hooks.onLLMStart?.(ctx, { messages: [{ role: "user", content: secret }] });
  await hooks.onLLMChunk?.(ctx, { content: secret, done: false }, 0);
  await hooks.onToolStart?.(ctx, request);
  const result = { toolName: "lookup", callId: "c1", result: secret, durationMs: 3, success: true };
  await hooks.onToolEnd?.(ctx, result, timing);
  await hooks.onToolError?.(ctx, request, new Error("no"));
  await hooks.onLLMEnd?.(ctx, { fullText: secret }, timing);
  await hooks.onTTSStart?.(ctx, secret);
  const chunk = { type: "tts-chunk", audio: new Uint8Array(2), format: "pcm" } as const;
  await hooks.onTTSChunk?.(ctx, { ...chunk, sentence: secret }, 0);
  await hooks.onTTSEnd?.(ctx, timing);
  await hooks.onSTTError?.(ctx, new Error("no"));
  await hooks.onLLMError?.(ctx, new Error("no"));
  await hooks.onTTSError?.(ctx, new Error("no"));
  await hooks.onTurnWithdrawn?.(ctx, "t2");
  await hooks.onTurnEnd?.(ctx, timing);
  await hooks.onError?.(new Error("no"), createErrorContext("STT_ERROR", "stt", { turnId: "t1" }));
  await hooks.onDisconnect?.("s1", timing);
}

test("a hook is awaited and gets its arguments", async () => {
  const seen: string[] = [];
  const hook = async (a: string, b: number) => {
    await Promise.resolve();
    seen.push(a + String(b));
  };
  expect(await callHook(hook, silentLogger, "a", 1)).toBe(true);
  expect(seen).toEqual(["a1"]);
});

test("a hook that throws or rejects is logged and reported, not thrown", async () => {
  const { logger, lines } = recorder();
  const error = new Error("mine");
  const throwing = () => {
    throw error;
  };
  expect(await callHook(throwing, logger)).toBe(false);
  expect(await callHook(() => Promise.reject(error), logger)).toBe(false);
  expect(lines.map(({ level, fields }) => [level, fields["error"]])).toEqual([
    ["error", error],
    ["error", error],
  ]);
});

test("a hook that is not there is fine", async () => {
  expect(await callHook(undefined, silentLogger)).toBe(true);
});

test("timings and error contexts say when", () => {
  expect(timing).toEqual({ startTime: 1000, endTime: 1250, durationMs: 250 });
  const before = Date.now();
  const context = createErrorContext("LLM_TIMEOUT", "llm", { sessionId: "s1", details: { n: 1 } });
  expect(context).toMatchObject({ code: "LLM_TIMEOUT", component: "llm", sessionId: "s1" });
  expect(context.timestamp).toBeGreaterThanOrEqual(before);
});

test("at info level a call is logged without a word of what was said", async () => {
  const { logger, lines } = recorder();
  await callAll(createLoggingHooks({ logger }));
  expect(JSON.stringify(lines)).not.toContain("secret");
  expect(lines.filter(({ level }) => level === "info").map(({ message }) => message)).toEqual([
    ...["connection opened", "turn started", "STT ended", "tool ended", "LLM ended", "TTS ended"],
    ...["turn withdrawn", "turn ended", "connection closed"],
  ]);
  expect(lines.filter(({ level }) => level === "error")).toHaveLength(5);
  expect(lines.some(({ level }) => level === "debug")).toBe(false);
  expect(lines[2]).toMatchObject({ fields: { turnId: "t1", sessionId: "s1", durationMs: 250 } });
});

test("error-only hooks log errors and nothing else", async () => {
  const { logger, lines } = recorder();
  await callAll(createErrorOnlyHooks({ logger }));
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(["error"]));
});

test("verbose hooks log everything, long words shortened", async () => {
  const { logger, lines } = recorder();
  await callAll(createVerboseHooks({ logger }), "x".repeat(300));
  expect(lines).toHaveLength(22);
  const text = (message: string) => lines.find((line) => line.message === message)?.fields["text"];
  expect(text("STT ended")).toHaveLength(300);
  expect(text("LLM ended")).toHaveLength(201);
  expect(text("TTS started")).toHaveLength(101);
});

test("timing hooks say in one line what a turn spent where", async () => {
  const { logger, lines } = recorder();
  let now = 2000;
  const hooks = createTimingHooks({ logger, now: () => now });
  await hooks.onSTTEnd?.(ctx, { text: "", isFinal: true }, timing);
  await hooks.onLLMStart?.(ctx, { messages: [] });
  now = 2080;
  await hooks.onLLMChunk?.(ctx, { content: "", done: false }, 0);
  now = 2100;
  await hooks.onLLMChunk?.(ctx, { content: "Hi", done: false }, 1);
  now = 2300;
  await hooks.onLLMChunk?.(ctx, { content: "!", done: false }, 2);
  const chunk = { type: "tts-chunk", audio: new Uint8Array(2), format: "pcm" } as const;
  await hooks.onTTSChunk?.(ctx, chunk, 0);
  await hooks.onTurnEnd?.(ctx, createTimingInfo(1000, 3000));
  expect(lines).toEqual([
    {
      level: "info",
      message: "turn timings",
      fields: {
        ...{ turnId: "t1", sessionId: "s1", sttMs: 250, llmFirstTokenMs: 100 },
        ...{ firstAudioMs: 1300, turnMs: 2000 },
      },
    },
  ]);
});

test("metrics in memory remember, add up and forget", () => {
  const metrics = new InMemoryMetrics();
  metrics.increment(MetricNames.ERRORS, undefined, { component: "stt" });
  metrics.increment(MetricNames.ERRORS, 2, { component: "llm" });
  metrics.increment(MetricNames.TOOL_CALLS);
  metrics.timing(MetricNames.STT_DURATION, 120);
  metrics.timing(MetricNames.STT_DURATION, 80);
  metrics.gauge(MetricNames.CONNECTIONS, 3);
  expect(metrics.getCounterSum(MetricNames.ERRORS)).toBe(3);
  expect(metrics.getLatestCounter(MetricNames.ERRORS)?.tags).toEqual({ component: "llm" });
  expect(metrics.getLatestTiming(MetricNames.STT_DURATION)?.value).toBe(80);
  expect(metrics.getLatestGauge(MetricNames.CONNECTIONS)?.value).toBe(3);
  expect(metrics.getLatestGauge("other")).toBeUndefined();
  metrics.clear();
  expect(metrics.getCounterSum(MetricNames.ERRORS)).toBe(0);
});

test("metrics for the console are lines of text", () => {
  const lines: string[] = [];
  const metrics = new ConsoleMetrics({ prefix: "[m]", print: (line) => lines.push(line) });
  metrics.increment("a");
  metrics.timing("b", 12.6, { provider: "x", region: "eu" });
  metrics.gauge("c", 4);
  expect(lines).toEqual(["[m] a +1", "[m] b 13 ms provider=x region=eu", "[m] c = 4"]);
});

test("no metrics take numbers and do nothing", () => {
  const metrics = new NoopMetrics();
  metrics.increment("a");
  metrics.timing("b", 1);
  metrics.gauge("c", 2);
  expect(Object.keys(metrics)).toEqual([]);
});
