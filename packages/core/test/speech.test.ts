import {
  defaultSpeechRule,
  nextSpeech,
  quiet,
  type Speech,
  type SpeechInput,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

function run(inputs: readonly SpeechInput[]) {
  let speech: Speech = quiet;
  const changes: string[] = [];
  for (const input of inputs) {
    const next = nextSpeech(speech, input);
    speech = next.speech;
    if (next.change) changes.push(next.change);
  }
  return { speech, changes };
}

const frame = (probability: number): SpeechInput => ({ type: "frame", probability });
const frames = (count: number, probability: number) =>
  Array.from({ length: count }, () => frame(probability));

const anyInput: fc.Arbitrary<SpeechInput> = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }).map(frame) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 40 })
      .map((n) => ({ type: "end-after", frames: n }) as const),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 5 }).map((n) => ({ type: "finish", frames: n }) as const),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...(["press", "cancel", "flush"] as const))
      .map((type) => ({ type })),
  },
);

describe("speech", () => {
  test("two voiced frames are a click, three are speech", () => {
    expect(run([...frames(2, 0.9), frame(0), frame(0)]).changes).toEqual(["noticed", "lost"]);
    expect(run(frames(3, 0.9)).changes).toEqual(["noticed", "started"]);
  });

  test("a pause shorter than the detector's wait does not end it", () => {
    const wait: SpeechInput = { type: "end-after", frames: 16 };
    const { changes } = run([
      ...frames(5, 0.9),
      ...frames(3, 0.1),
      wait,
      ...frames(8, 0.1),
      frame(0.9),
    ]);
    expect(changes).toEqual(["noticed", "started", "paused", "resumed"]);
  });

  test("silence as long as the detector's wait ends it", () => {
    const wait: SpeechInput = { type: "end-after", frames: 16 };
    const { changes, speech } = run([
      ...frames(5, 0.9),
      ...frames(3, 0.1),
      wait,
      ...frames(13, 0.1),
    ]);
    expect(changes).toEqual(["noticed", "started", "paused", "ended"]);
    expect(speech).toEqual(quiet);
  });

  test("a wait that is answered late ends a silence that is long enough already", () => {
    const { changes } = run([
      ...frames(5, 0.9),
      ...frames(20, 0),
      { type: "end-after", frames: 16 },
    ]);
    expect(changes).toEqual(["noticed", "started", "paused", "ended"]);
  });

  test("a hole of one frame is no pause, whose detector would be asked", () => {
    expect(run([...frames(5, 0.9), frame(0), frame(0.9)]).changes).toEqual(["noticed", "started"]);
  });

  test("an answer to a pause that is over is void", () => {
    const late: SpeechInput = { type: "end-after", frames: 1 };
    const pause = frames(3, 0);
    const { changes } = run([...frames(5, 0.9), ...pause, frame(0.9), late, ...pause, frame(0)]);
    expect(changes).toEqual(["noticed", "started", "paused", "resumed", "paused"]);
  });

  test("no utterance outlives the limit", () => {
    const { changes } = run(frames(defaultSpeechRule.maxFrames, 0.9));
    expect(changes).toEqual(["noticed", "started", "ended"]);
  });

  test("a voice that flickers is noticed once", () => {
    const flicker = [frame(0.9), frame(0), frame(0.9), frame(0), frame(0.9), frame(0), frame(0)];
    expect(run(flicker).changes).toEqual(["noticed", "lost"]);
  });

  test("every start has exactly one end, and pauses alternate with resumptions", () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 400 }), (inputs) => {
        const { changes } = run([...inputs, { type: "flush" }]);
        const story = changes.join(" ").replaceAll("cancelled", "ended");
        expect(`${story} `).toMatch(
          /^(noticed lost |(noticed )?started (paused (resumed paused )*(resumed )?)?ended )*\s?$/,
        );
      }),
    );
  });

  test("while the button is pressed neither silence nor the turn detector ends speech", () => {
    fc.assert(
      fc.property(fc.array(anyInput, { maxLength: 200 }), (inputs) => {
        const still = inputs.filter(({ type }) => type === "frame" || type === "end-after");
        const { changes, speech } = run([{ type: "press" }, ...still]);
        expect(changes).not.toContain("ended");
        expect(changes[0]).toBe("started");
        expect(speech.phase).toBe("speaking");
      }),
    );
  });

  test("released, it ends after what is on its way, and not before", () => {
    const said = [{ type: "press" } as const, ...frames(5, 0.9)];
    const release: SpeechInput = { type: "finish", frames: 3 };
    expect(run([...said, release, ...frames(2, 0.9)]).changes).toEqual(["started"]);
    expect(run([...said, release, ...frames(3, 0.9)]).changes).toEqual(["started", "ended"]);
  });

  test("a button that bounces makes one utterance, not two", () => {
    const release: SpeechInput = { type: "finish", frames: 3 };
    const press: SpeechInput = { type: "press" };
    const { changes } = run([press, ...frames(5, 0.9), release, frame(0.9), press, frame(0.9)]);
    expect(changes).toEqual(["started"]);
  });

  test("a button pressed in silence says nothing; however soft a voice says something", () => {
    const press: SpeechInput = { type: "press" };
    const release: SpeechInput = { type: "finish", frames: 1 };
    expect(run([press, ...frames(50, 0.05), release, frame(0)]).changes).toEqual([
      "started",
      "cancelled",
    ]);
    const soft = [press, ...frames(20, 0.05), frame(0.2), release, frame(0)];
    expect(run(soft).changes).toEqual(["started", "ended"]);
  });

  test("what is taken back is cancelled, whoever began it", () => {
    expect(run([...frames(5, 0.9), { type: "cancel" }]).changes).toEqual([
      "noticed",
      "started",
      "cancelled",
    ]);
    expect(run([{ type: "press" }, frame(0.9), { type: "cancel" }]).changes).toEqual([
      "started",
      "cancelled",
    ]);
  });
});
