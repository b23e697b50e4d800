import { loadRuntime, type RuntimeKind } from "@metered/llmrtc-onnx";
import { beforeAll, describe, expect, test } from "vitest";
import { logMel, melBands } from "../../src/whisper/log-mel.ts";
import { Whisper, type Heard } from "../../src/whisper/model.ts";
import { breath, clipPcm, goldenClips, noise, tone } from "./clips.ts";

const files = new URL("../../../../models/whisper-tiny-en/", import.meta.url);

describe.each<RuntimeKind>(["native", "wasm"])("Whisper on the %s runtime", (runtime) => {
  let whisper: Whisper;

  beforeAll(async () => {
    whisper = await Whisper.open(await loadRuntime({ runtime }), files);
  });

  async function hear(pcm: Int16Array): Promise<Heard> {
    const steps = whisper.hear(pcm);
    let step = await steps.next();
    while (!step.done) step = await steps.next();
    return step.value;
  }

  test.each(goldenClips)("understands $id as the reference does", async (clip) => {
    const heard = await hear(await clipPcm(clip.id));
    expect(heard.text).toBe(clip.text);
    expect(heard.frames).toBe(clip.frames);
    expect(heard.tokens.slice(0, clip.tokens.length)).toEqual(clip.tokens);
    expect(Math.abs(heard.noSpeech - clip.noSpeech)).toBeLessThan(0.05);
  });

  test.each([
    ["silence", new Int16Array(16_000)],
    ["quiet noise", noise(2, 300)],
    ["loud noise", noise(2, 12_000)],
    ["a tone", tone(2, 440)],
    ["a short breath", breath(0.5, 8_000)],
    ["a long breath", breath(1.5, 8_000)],
    ["nothing at all", new Int16Array(0)],
  ])("hears no words in %s", async (_, pcm) => {
    expect(await hear(pcm)).toMatchObject({ text: "", tokens: [] });
  });
});

test.each(goldenClips)("the picture of $id has the reference's figures", async (clip) => {
  const picture = logMel(await clipPcm(clip.id), clip.frames * 2);
  expect(picture).toHaveLength(melBands * clip.frames * 2);
  const mean = picture.reduce((sum, x) => sum + x, 0) / picture.length;
  const rms = Math.sqrt(picture.reduce((sum, x) => sum + x * x, 0) / picture.length);
  expect(mean).toBeCloseTo(clip.mel.mean, 3);
  expect(rms).toBeCloseTo(clip.mel.rms, 3);
  expect(Math.min(...picture)).toBeCloseTo(clip.mel.min, 3);
  expect(Math.max(...picture)).toBeCloseTo(clip.mel.max, 3);
});
