import { defaultTimeouts, defaultTurnTaking } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  conversationOf,
  type ConversationOptions,
  overridden,
} from "../src/session/conversation-options.ts";

const detector = { ...defaultTurnTaking.interruptionDetector };
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const ms = perhaps(fc.nat());

const options: fc.Arbitrary<ConversationOptions> = fc.record(
  {
    systemPrompt: perhaps(fc.string()),
    historyLimit: ms,
    llm: fc.record({ temperature: fc.double(), maxTokens: fc.nat() }, { requiredKeys: [] }),
    streamingTTS: perhaps(fc.boolean()),
    streamingSTT: perhaps(fc.boolean()),
    timeouts: perhaps(fc.record({ sttMs: fc.nat(), ttsMs: fc.nat() }, { requiredKeys: [] })),
    greeting: perhaps(fc.string()),
    silence: perhaps(fc.record({ promptAfterMs: ms, hangUpAfterMs: ms }, { requiredKeys: [] })),
    interruptions: perhaps(
      fc.record({ allowed: perhaps(fc.boolean()), judgeWithinMs: ms }, { requiredKeys: [] }),
    ),
    preemptive: perhaps(fc.constantFrom("auto" as const, true, false)),
    interruptionDetector: fc.constant(detector),
  },
  { requiredKeys: ["interruptionDetector"] },
);

describe("options of a conversation", () => {
  test("are the documented ones where nothing is said", () => {
    const { turn, ...rest } = conversationOf({ interruptionDetector: detector });
    expect(rest).toEqual({
      systemPrompt: expect.stringContaining("voice assistant") as string,
      historyLimit: 8,
    });
    expect(turn).toEqual({
      llm: {},
      timeouts: defaultTimeouts,
      streamingTTS: true,
      streamingSTT: true,
      turnTaking: { ...defaultTurnTaking, interruptionDetector: detector },
    });
  });

  test("of the server hold where a call has none of its own", () => {
    fc.assert(
      fc.property(options, (shared) => {
        const nothing = Object.fromEntries(Object.keys(shared).map((name) => [name, undefined]));
        const expected = { ...conversationOf(shared), silence: expect.anything() as object };
        expect(conversationOf(overridden(shared, {}))).toEqual(expected);
        expect(conversationOf(overridden(shared, nothing))).toEqual(expected);
      }),
    );
  });

  test("of a call win, field by field", () => {
    const shared: ConversationOptions = {
      llm: { temperature: 1, maxTokens: 50 },
      timeouts: { sttMs: 1, llmMs: 2 },
      silence: { promptAfterMs: 3, prompts: 4 },
      interruptions: { allowed: false, judgeWithinMs: 5 },
      endOfTurn: { silenceMs: 6, waits: { quickMs: 7, longMs: 8 } },
    };
    expect(
      overridden(shared, {
        llm: { temperature: 0 },
        timeouts: { llmMs: 20 },
        silence: { prompts: 40, promptAfterMs: undefined },
        interruptions: { judgeWithinMs: 50 },
        endOfTurn: { waits: { quickMs: 70 } },
      }),
    ).toEqual({
      llm: { temperature: 0, maxTokens: 50 },
      timeouts: { sttMs: 1, llmMs: 20 },
      silence: { promptAfterMs: 3, prompts: 40 },
      interruptions: { allowed: false, judgeWithinMs: 50 },
      endOfTurn: { silenceMs: 6, waits: { quickMs: 70, longMs: 8 } },
    });
  });
});
