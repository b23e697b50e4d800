import { LLMRTCError, type Logger, silentLogger } from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { openTurnDetector } from "../../src/media/end-of-turn.ts";
import type { SmartTurnModel } from "../../src/media/smart-turn/smart-turn.ts";

function fakeSmartTurn() {
  const state = { closed: false };
  const model: SmartTurnModel = {
    name: "fake",
    runtime: { kind: "native", version: "0", reason: "test" },
    open: () => ({
      begin: () => undefined,
      hear: () => undefined,
      finished: async () => 0.99,
      close: () => undefined,
    }),
    close: async () => {
      state.closed = true;
    },
  };
  return { model, state };
}

describe("the server's turn detector", () => {
  test("judges voice and words, and closes its model", async () => {
    const { model, state } = fakeSmartTurn();
    const opened = await openTurnDetector({}, silentLogger, async () => model);
    expect(opened.detector.name).toBe("semantic");
    await opened.close();
    expect(state.closed).toBe(true);
  });

  test("is a fixed silence when the model is switched off, which loads nothing", async () => {
    const load = () => Promise.reject(new Error("must not be loaded"));
    const { detector } = await openTurnDetector(
      { model: false, silenceMs: 600 },
      silentLogger,
      load,
    );
    expect(detector.name).toBe("silence");
  });

  test("is a fixed silence, with a warning, when the model cannot be loaded", async () => {
    const warnings: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      warn: (_: unknown, message?: string) => warnings.push(message ?? ""),
    };
    const load = () => Promise.reject(new LLMRTCError("MODEL_ERROR", "no such file"));
    const opened = await openTurnDetector({}, logger, load);
    expect(opened.detector.name).toBe("silence");
    expect(warnings.join()).toMatch(/500 ms of silence/);
    await opened.close();
  });
});
