import {
  defaultTimeouts,
  Guess,
  NoopMetrics,
  silentLogger,
  type TurnOptions,
} from "@metered/llmrtc-core";
import {
  fakeLLM,
  type FakeLLMOptions,
  fakeSTT,
  fakeTTS,
  manualClock,
} from "@metered/llmrtc-testing";
import { expect, test } from "vitest";

function guess(options: FakeLLMOptions = {}) {
  const clock = manualClock();
  const llm = fakeLLM({
    reply: "It is noon. Do you want more?",
    tokenDelayMs: 10,
    clock,
    ...options,
  });
  const tts = fakeTTS({ firstByteMs: 100, clock });
  const turn: TurnOptions = {
    providers: { llm, stt: fakeSTT(), tts },
    timeouts: defaultTimeouts,
    streamingSTT: true,
    streamingTTS: true,
    llm: {},
    hooks: {},
    metrics: new NoopMetrics(),
    logger: silentLogger,
  };
  const request = { messages: [{ role: "user", content: "What time is it?" }] } as const;
  return { clock, llm, tts, guess: new Guess("What time is it?", request, turn), request };
}

async function all<T>(stream: AsyncIterable<T> | undefined): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream ?? []) items.push(item);
  return items;
}

test("the model and the first sentence are read ahead, and come at once when they are asked for", async () => {
  const { clock, llm, tts, guess: made, request } = guess();
  await clock.advance(300);
  expect(tts.said).toEqual(["It is noon."]);
  const chunks = await all(made.providers.llm.stream?.(request));
  expect(chunks.map(({ content }) => content).join("")).toBe("It is noon. Do you want more?");
  expect(llm.requests).toHaveLength(1);
  const sound = await all(made.providers.tts.speakStream?.("It is noon."));
  expect(sound.length).toBeGreaterThan(0);
  expect(tts.said).toHaveLength(1);
});

test("sentences that were not guessed are spoken as always, the same one twice too", async () => {
  const { clock, tts, guess: made } = guess();
  await clock.advance(300);
  const voice = made.providers.tts;
  await all(voice.speakStream?.("It is noon."));
  const again = all(voice.speakStream?.("It is noon."));
  await clock.advance(200);
  await again;
  expect(tts.said).toEqual(["It is noon.", "It is noon."]);
});

test("it fits words that differ in capitals and punctuation only", () => {
  const { guess: made } = guess();
  expect(made.fits("what time is it")).toBe(true);
  expect(made.fits("What time is it now?")).toBe(false);
});

test("dropped, it stops the model and tells what it cost", async () => {
  const { clock, llm, tts, guess: made } = guess({ hangAt: 4 });
  await clock.advance(60);
  expect([llm.running, tts.running]).toEqual([1, 1]);
  expect(made.drop()).toBeGreaterThanOrEqual(4);
  await clock.advance(0);
  expect([llm.running, tts.running]).toEqual([0, 0]);
});

test("whoever reads it can stop it, and a model that fails tells its reader", async () => {
  const { clock, llm, guess: made, request } = guess({ hangAt: 2 });
  const stop = new AbortController();
  const read = all(made.providers.llm.stream?.(request, { signal: stop.signal }));
  const failed = expect(read).rejects.toThrow("enough");
  await clock.advance(60);
  stop.abort(new Error("enough"));
  await failed;
  expect(llm.running).toBe(0);

  const broken = guess({ failAt: 1 });
  await broken.clock.advance(60);
  await expect(all(broken.guess.providers.llm.stream?.(broken.request))).rejects.toThrow();
});
