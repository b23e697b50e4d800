import { silenceTurnDetector, silentLogger } from "@metered/llmrtc-core";
import { fakeVoiceDetector } from "@metered/llmrtc-testing";
import { describe, expect, test } from "vitest";
import { openDetectors } from "../../src/media/detectors.ts";
import type { EndOfTurnOptions } from "../../src/media/end-of-turn.ts";

function scene() {
  const closed: string[] = [];
  const asked: EndOfTurnOptions[] = [];
  const openTurns = async (options: EndOfTurnOptions) => {
    asked.push(options);
    const detector = silenceTurnDetector({ silenceMs: 500 });
    const close = async () => void closed.push("turns");
    return { detector, detectorFor: () => detector, close };
  };
  const openVoice = async () => ({
    ...fakeVoiceDetector(),
    close: async () => void closed.push("voice"),
  });
  return { closed, asked, models: { openVoice, openTurns } };
}

const options = { endOfTurn: { silenceMs: 700 }, logger: silentLogger };

describe("the detectors of a server", () => {
  test("are models, which it closes", async () => {
    const { closed, asked, models } = scene();
    const detectors = await openDetectors(options, models);
    expect(asked).toEqual([{ silenceMs: 700 }]);
    await detectors.close();
    expect(closed.sort()).toEqual(["turns", "voice"]);
  });

  test("may be the application's own, which it does not close; then no model is loaded", async () => {
    const { closed, asked, models } = scene();
    const voiceDetector = fakeVoiceDetector();
    const turnDetector = { ...silenceTurnDetector({ silenceMs: 1 }), name: "mine" };
    const detectors = await openDetectors({ ...options, voiceDetector, turnDetector }, models);
    expect(detectors.voiceDetector).toBe(voiceDetector);
    expect(detectors.turnDetector.detector.name).toBe("mine");
    expect(asked).toEqual([{ model: false }]);
    await detectors.close();
    expect(closed).not.toContain("voice");
  });

  test("leave nothing open when the voice's cannot be loaded", async () => {
    const { closed, models } = scene();
    const openVoice = () => Promise.reject(new Error("no model"));
    await expect(openDetectors(options, { ...models, openVoice })).rejects.toThrow("no model");
    expect(closed).toEqual(["turns"]);
  });
});
