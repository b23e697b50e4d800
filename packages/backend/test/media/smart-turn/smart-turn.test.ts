import type { TurnModelStream } from "@metered/llmrtc-core";
import type { RuntimeKind } from "@metered/llmrtc-onnx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// Compiled, because its worker is.
import { openSmartTurn, type SmartTurnModel } from "../../../dist/media/smart-turn/smart-turn.js";
import { clipWithSilence, golden } from "./golden.ts";

/** In frames of 32 ms, as it comes in a call. */
function hear(stream: TurnModelStream, sound: Int16Array): void {
  stream.begin();
  for (let at = 0; at < sound.length; at += 512) stream.hear(sound.subarray(at, at + 512));
}

describe.each<RuntimeKind>(["native", "wasm"])("Smart Turn on the %s runtime", (runtime) => {
  let model: SmartTurnModel;
  beforeAll(async () => {
    model = await openSmartTurn({ runtime });
  }, 60_000);
  afterAll(() => model.close());

  test("says which engine it is", () => {
    expect(model.runtime.kind).toBe(runtime);
  });

  // Noise of one millionth in its input moves the answer of a middling case by half: clear cases only.
  test.each(golden.cases)("judges $clip as published", async (expected) => {
    const stream = model.open();
    hear(stream, clipWithSilence(expected));
    const finished = await stream.finished();
    expect(finished > 0.5).toBe(expected.finished > 0.5);
    expect(Math.abs(finished - expected.finished)).toBeLessThan(0.2);
    stream.close();
  });

  test("judges each caller by his own voice", async () => {
    const clear = golden.cases.filter(({ finished }) => finished < 0.1 || finished > 0.9);
    const streams = clear.map((expected) => {
      const stream = model.open();
      hear(stream, clipWithSilence(expected));
      return { stream, expected };
    });
    const answers = await Promise.all(streams.map(({ stream }) => stream.finished()));
    for (const [i, { stream, expected }] of streams.entries()) {
      expect((answers[i] ?? NaN) > 0.5).toBe(expected.finished > 0.5);
      stream.close();
    }
  });

  test("an abort or a close ends the wait with its reason", async () => {
    const stream = model.open();
    await expect(
      stream.finished({ signal: AbortSignal.abort(new Error("went on")) }),
    ).rejects.toThrow("went on");
    const answer = stream.finished();
    stream.close();
    await expect(answer).rejects.toMatchObject({ code: "CLOSED" });
    await expect(stream.finished()).rejects.toMatchObject({ code: "CLOSED" });
  });
});
