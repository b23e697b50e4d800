import {
  defaultTurnWaits,
  type Logger,
  type Pause,
  semanticTurnDetector,
  silentLogger,
  type TurnModel,
} from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";

/** A model that answers as the test wants and keeps what it heard. */
function fakeModel(answer: () => Promise<number>) {
  const story: string[] = [];
  const model: TurnModel = {
    name: "fake",
    open: () => ({
      begin: () => void story.push("begin"),
      hear: (pcm) => void story.push(`hear ${pcm.length}`),
      finished: async () => {
        story.push("finished?");
        return answer();
      },
      close: () => void story.push("close"),
    }),
    close: async () => undefined,
  };
  return { model, story };
}

const pause = (text: string | undefined, rest: Partial<Pause> = {}): Pause => ({
  speechMs: 900,
  earlierPausesMs: [],
  clarityDb: 40,
  signal: new AbortController().signal,
  words: async () => text,
  ...rest,
});

function open(answer: () => Promise<number>, logger: Logger = silentLogger) {
  const { model, story } = fakeModel(answer);
  return { listener: semanticTurnDetector({ model, logger }).open(), story };
}

describe("the semantic turn detector", () => {
  test("lets the voice and the words decide together", async () => {
    const sure = open(async () => 0.95).listener;
    expect(await sure.endOfTurnAfterMs(pause("How much does it cost?"))).toBe(
      defaultTurnWaits.quickMs,
    );
    expect(sure.reason).toMatch(/^finished: /);
    expect(await sure.endOfTurnAfterMs(pause("I would like to"))).toBe(1200);
    expect(sure.reason).toMatch(/^unfinished: /);
    const open2 = open(async () => 0.3).listener;
    expect(await open2.endOfTurnAfterMs(pause("We need two rooms."))).toBe(
      defaultTurnWaits.middleMs,
    );
  });

  test("gives the model each utterance from its start, and asks once a pause", async () => {
    const { listener, story } = open(async () => 0.9);
    listener.hear?.({ type: "speech-started", agoMs: 96 });
    listener.hear?.({ type: "speech", pcm: new Int16Array(512), voiceMs: 128 });
    listener.hear?.({ type: "speech-paused" });
    await listener.endOfTurnAfterMs(pause(undefined));
    listener.hear?.({ type: "speech-ended", speechMs: 32, silenceMs: 300 });
    listener.hear?.({ type: "speech-started", agoMs: 96 });
    listener.close?.();
    expect(story).toEqual(["begin", "hear 512", "finished?", "begin", "close"]);
  });

  test("goes on with words alone when the model fails, and says so", async () => {
    const warnings: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (_: object, message: string) => warnings.push(message),
    };
    const { listener } = open(() => Promise.reject(new Error("crash")), logger);
    expect(await listener.endOfTurnAfterMs(pause("How much does it cost?"))).toBe(
      (defaultTurnWaits.quickMs + defaultTurnWaits.middleMs) / 2,
    );
    expect(warnings).toEqual(["turn model failed"]);
  });

  test("is quiet about a pause that is over", async () => {
    const signal = AbortSignal.abort(new Error("the caller went on"));
    const { listener } = open(() => Promise.reject(new Error("aborted")));
    const answer = Promise.resolve(listener.endOfTurnAfterMs(pause("so", { signal })));
    await expect(answer).rejects.toThrow("the caller went on");
  });

  test("works without a model and with waits and word rules of your own", async () => {
    const listener = semanticTurnDetector({
      waits: { longMs: 2_000 },
      judgeWords: (text) => ({ verdict: text === "und" ? "unfinished" : "unclear", reason: "de" }),
    }).open();
    expect(await listener.endOfTurnAfterMs(pause("und"))).toBe(2_000);
    expect(await listener.endOfTurnAfterMs(pause(undefined))).toBe(defaultTurnWaits.middleMs);
  });
});
