import {
  type InterruptionEvidence,
  interruptionDetector,
  type InterruptionVerdict,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A voice that has stopped, over an agent in the middle of its speech. */
const voice: InterruptionEvidence = {
  voiceMs: 450,
  over: true,
  words: undefined,
  wordsFinal: false,
  due: false,
  agentAudible: true,
  agentWords: "The lighthouse keeper counted every ship that passed the rocks",
  agentLeftMs: undefined,
  sound: [],
};

const detector = interruptionDetector();
const judge = (evidence: Partial<InterruptionEvidence>, by = detector) =>
  by.judge({ ...voice, ...evidence });

describe("a voice over the agent", () => {
  const cases: readonly (readonly [string, number, InterruptionVerdict])[] = [
    ["Mm-hmm.", 480, "nothing"],
    ["uh huh", 480, "nothing"],
    ["Right.", 480, "nothing"],
    ["Okay, yeah, right.", 800, "nothing"],
    ["Oh wow", 600, "nothing"],
    ["That's right.", 700, "nothing"],
    ["Mama", 450, "nothing"], // what recognisers make of a hum
    ["Stop.", 300, "turn"],
    ["No, wait!", 500, "turn"],
    ["Hold on a moment", 700, "turn"],
    ["What about Tuesday?", 900, "turn"],
    ["Right, but what about Tuesday?", 1_400, "turn"],
    ["Tuesday.", 600, "turn"],
    ["The lighthouse keeper counted", 1_200, "nothing"], // its own words, from the speaker
    ["The keeper never counted them", 1_300, "turn"],
  ];
  test.each(cases)("of %j in %i ms is %s", (words, voiceMs, verdict) => {
    expect(judge({ words, voiceMs })).toBe(verdict);
    expect(judge({ words, voiceMs, wordsFinal: true })).toBe(verdict);
  });

  test("that nobody understands yet is waited for, to the end of the time: then it counts if it goes on", () => {
    expect(judge({ over: false })).toBe("unclear");
    expect(judge({ over: false, due: true })).toBe("turn");
    expect(judge({ due: true })).toBe("unclear");
  });

  test("is heard out before one word of it counts: a hum that begins like a no goes on as a hum", () => {
    expect(judge({ words: "No", over: false, voiceMs: 300 })).toBe("unclear");
    expect(judge({ words: "Mama", voiceMs: 450 })).toBe("nothing");
    expect(judge({ words: "No", over: false, due: true, voiceMs: 600 })).toBe("turn");
    expect(judge({ words: "No, wait", over: false, voiceMs: 300 })).toBe("turn");
  });

  test("that began as a nod is given a little longer", () => {
    expect(judge({ words: "Yeah", over: false, due: true, voiceMs: 600 })).toBe("unclear");
    expect(judge({ words: "Yeah", over: false, due: true, voiceMs: 1_000 })).toBe("turn");
  });

  test("in which a recogniser hears more than anybody can say is not believed", () => {
    expect(judge({ words: "thank you for watching this", voiceMs: 150 })).toBe("unclear");
    expect(judge({ words: "thank you for watching", voiceMs: 150, wordsFinal: true })).toBe(
      "nothing",
    );
  });

  test("without any words in the end is nothing", () => {
    expect(judge({ words: "", wordsFinal: true, voiceMs: 2_000 })).toBe("nothing");
  });

  test("that nods when the agent has finished answers it", () => {
    expect(judge({ words: "Yes.", agentLeftMs: 300 })).toBe("turn");
    expect(judge({ words: "Yes.", agentLeftMs: 3_000 })).toBe("nothing");
  });

  test("before the agent is heard needs no length, only words", () => {
    expect(judge({ words: "Tuesday.", voiceMs: 300, agentAudible: false })).toBe("turn");
    expect(judge({ words: "um", voiceMs: 300, agentAudible: false })).toBe("nothing");
  });
});

describe("the options", () => {
  test("ask for longer voices and more words", () => {
    const strict = interruptionDetector({ minSpeechMs: 900, minWords: 3 });
    expect(judge({ words: "On Tuesday.", voiceMs: 700 }, strict)).toBe("nothing");
    expect(judge({ words: "On Tuesday then.", voiceMs: 700 }, strict)).toBe("turn");
    expect(judge({ words: "Stop.", voiceMs: 300 }, strict)).toBe("turn");
  });

  test("know the nods of other languages, and of yours", () => {
    const german = interruptionDetector({ language: "de-AT" });
    expect(judge({ words: "Ja, genau." }, german)).toBe("nothing");
    expect(judge({ words: "Moment mal." }, german)).toBe("turn");
    const own = interruptionDetector({ words: { backchannels: ["roger that"] } });
    expect(judge({ words: "Roger that.", voiceMs: 700 }, own)).toBe("nothing");
  });
});

test("with the final words there is a verdict, whatever the evidence", () => {
  fc.assert(
    fc.property(
      fc.record({
        voiceMs: fc.integer({ min: 0, max: 60_000 }),
        words: fc.string(),
        agentAudible: fc.boolean(),
        agentWords: fc.string(),
        agentLeftMs: fc.option(fc.integer({ min: 0, max: 9_000 }), { nil: undefined }),
        due: fc.boolean(),
      }),
      (evidence) => {
        expect(judge({ ...evidence, over: true, wordsFinal: true })).not.toBe("unclear");
      },
    ),
  );
});
