import { getEventListeners } from "node:events";
import { bytesFromPcm, encodeWav, Resampler, type STTResult } from "@metered/llmrtc-core";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { sttContract } from "@metered/llmrtc-testing/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clipFile, clipPcm, noise, question, tone } from "./clips.ts";

sttContract("The embedded recogniser", () => new EmbeddedSTTProvider(), {
  speech: await clipFile("flite-1"),
  expected: /weather in Paris/i,
});

const stt = new EmbeddedSTTProvider();

beforeAll(() => stt.init());
afterAll(() => stt.close());

async function* frames(pcm: Int16Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < pcm.length; at += 320) yield bytesFromPcm(pcm.subarray(at, at + 320));
}

async function all(results: AsyncIterable<STTResult>): Promise<STTResult[]> {
  const seen: STTResult[] = [];
  for await (const result of results) seen.push(result);
  return seen;
}

const mono = { sampleRate: 16_000, channels: 1 } as const;

test("says which engine runs the model", () => {
  expect(stt.runtime?.reason).toMatch(/\w/);
});

describe("transcribing a file", () => {
  test("gives its text and how sure it is", async () => {
    const result = await stt.transcribe(await clipFile("flite-1"));
    expect(result).toMatchObject({ text: question, isFinal: true });
    expect(result.confidence).toBeGreaterThan(0.8);
  });

  test("takes other rates, and stereo", async () => {
    const resampler = new Resampler(16_000, 44_100);
    const pcm = await clipPcm("flite-1");
    const wide = Int16Array.from([...resampler.process(pcm), ...resampler.flush()]);
    const stereo = Int16Array.from({ length: wide.length * 2 }, (_, i) => wide[i >> 1] ?? 0);
    const wav = encodeWav(stereo, { sampleRate: 44_100, channels: 2 });
    expect((await stt.transcribe(wav)).text).toBe(question);
  });

  test("takes telephone sound", async () => {
    const resampler = new Resampler(16_000, 8_000);
    const pcm = await clipPcm("flite-1");
    const narrow = Int16Array.from([...resampler.process(pcm), ...resampler.flush()]);
    const wav = encodeWav(narrow, { sampleRate: 8_000, channels: 1 });
    expect((await stt.transcribe(wav)).text).toContain("weather in Paris");
  });

  test.each([
    ["nothing", new Int16Array(0)],
    ["silence", new Int16Array(16_000)],
    ["a whisper of noise", noise(1, 10)],
    ["noise", noise(2, 6_000)],
    ["a tone", tone(1, 1_000)],
  ])("finds no words in %s", async (_, pcm) => {
    expect(await stt.transcribe(encodeWav(pcm, mono))).toEqual({ text: "", isFinal: true });
  });

  test("refuses what is no WAV file", async () => {
    await expect(stt.transcribe(new Uint8Array(100))).rejects.toMatchObject({
      code: "INVALID_AUDIO_FORMAT",
    });
    const slow = encodeWav(new Int16Array(100), { sampleRate: 1_000, channels: 1 });
    await expect(stt.transcribe(slow)).rejects.toMatchObject({ code: "INVALID_AUDIO_FORMAT" });
  });

  test("refuses a language that it does not hear", async () => {
    const clip = await clipFile("flite-1");
    await expect(stt.transcribe(clip, { language: "de" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
    expect((await stt.transcribe(clip, { language: "en-GB" })).text).toBe(question);
  });

  test("understands more than a context holds", async () => {
    const [a, b] = [await clipPcm("libri-0920"), await clipPcm("flite-4")];
    const pause = new Int16Array(8_000);
    const said = [a, pause, b, pause, a, pause, b, pause, a, pause, b];
    const long = Int16Array.from(said.flatMap((pcm) => [...pcm]));
    expect(long.length).toBeGreaterThan(30 * 16_000);
    const { text } = await stt.transcribe(encodeWav(long, mono));
    expect(text.match(/amiable woman/g)).toHaveLength(3);
    expect(text.match(/cancel my appointment/g)).toHaveLength(3);
  });

  test("stops when it is aborted", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const transcript = stt.transcribe(await clipFile("libri-0920"), {}, { signal });
    const reason = new Error("barge-in");
    controller.abort(reason);
    await expect(transcript).rejects.toBe(reason);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("transcribing a stream", () => {
  test("gives one final result when the sound ends", async () => {
    const results = await all(stt.transcribeStream(frames(await clipPcm("flite-1"))));
    expect(results.at(-1)).toMatchObject({ text: question, isFinal: true });
    expect(results.filter(({ isFinal }) => isFinal)).toHaveLength(1);
  });

  test("gives interim results while the caller speaks", async () => {
    const pcm = await clipPcm("libri-0920");
    const heardSome = new Set<string>();
    let goOn = (): void => undefined;
    const spoken = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    async function* live(): AsyncGenerator<Uint8Array> {
      yield* frames(pcm.subarray(0, 3.2 * 16_000));
      await spoken; // the rest is spoken once an interim result has come
      yield* frames(pcm.subarray(3.2 * 16_000));
    }
    for await (const { text, isFinal } of stt.transcribeStream(live())) {
      heardSome.add(isFinal ? "final" : "interim");
      if (isFinal) expect(text).toMatch(/respectable than he was\.$/);
      else expect(text).toMatch(/^Had he/);
      goOn();
    }
    expect(heardSome).toEqual(new Set(["interim", "final"]));
  });

  test("gives no interim results when none are wanted", async () => {
    const sound = frames(await clipPcm("libri-0920"));
    const results = await all(stt.transcribeStream(sound, { interimResults: false }));
    expect(results).toHaveLength(1);
  });

  test("stops when it is aborted, though the sound does not end, and lets go of the sound", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let left = false;
    const endless: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          left = true;
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const results = all(stt.transcribeStream(endless, {}, { signal }));
    const reason = new Error("hung up");
    controller.abort(reason);
    await expect(results).rejects.toBe(reason);
    expect(left).toBe(true);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("passes on the failure of the sound", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* frames(noise(0.1, 1_000));
      throw new Error("microphone gone");
    }
    await expect(all(stt.transcribeStream(broken()))).rejects.toThrow("microphone gone");
  });

  test("serves many callers at once", async () => {
    const pcm = await clipPcm("flite-1");
    const streams = Array.from({ length: 4 }, () => all(stt.transcribeStream(frames(pcm))));
    for (const results of await Promise.all(streams)) expect(results.at(-1)?.text).toBe(question);
  });
});

test("after close calls are refused until it is opened again", async () => {
  const closed = new EmbeddedSTTProvider();
  await closed.close();
  const clip = await clipFile("flite-1");
  await expect(closed.transcribe(clip)).rejects.toMatchObject({ code: "STT_ERROR" });
  await closed.init();
  expect((await closed.transcribe(clip)).text).toBe(question);
  await closed.close();
});
