import type { JobOptions } from "@metered/llmrtc-onnx";
import { expect, test } from "vitest";
import { Ear } from "../../src/whisper/ear.ts";
import type { Heard } from "../../src/whisper/model.ts";
import { noise } from "./clips.ts";

interface Asked {
  readonly seconds: number;
  readonly options: JobOptions;
  readonly answer: (text: string) => void;
  readonly fail: (error: Error) => void;
}

/** An ear whose recogniser is the test itself. */
function makeEar(busy = false): { ear: Ear; asked: Asked[] } {
  const asked: Asked[] = [];
  const hear = (pcm: Int16Array, options: JobOptions): Promise<Heard> =>
    new Promise((resolve, reject) => {
      asked.push({
        seconds: pcm.length / 16_000,
        options,
        answer: (text) => {
          resolve({ text, tokens: [1], noSpeech: 0, averageLogProb: 0, frames: 0 });
        },
        fail: reject,
      });
    });
  return { ear: new Ear({ hear, idle: () => !busy, interim: true }), asked };
}

function speak(ear: Ear, seconds: number, amplitude = 8_000): void {
  const pcm = noise(seconds, amplitude);
  for (let at = 0; at < pcm.length; at += 320) ear.listen(pcm.subarray(at, at + 320));
}

test("guesses after each second of speech, once the last guess is made", async () => {
  const { ear, asked } = makeEar();
  speak(ear, 1.5);
  expect(asked.map(({ seconds }) => seconds)).toEqual([1]);
  asked[0]?.answer(" one");
  expect(await ear.take()).toMatchObject({ text: "one", isFinal: false });
  speak(ear, 1);
  expect(asked.map(({ seconds }) => seconds)).toEqual([1, 2]);
});

test("does not guess in a pause, nor while others need the worker", () => {
  const quiet = makeEar();
  speak(quiet.ear, 0.9);
  speak(quiet.ear, 2, 100);
  expect(quiet.asked).toHaveLength(0);
  const busy = makeEar(true);
  speak(busy.ear, 3);
  expect(busy.asked).toHaveLength(0);
});

test("at a pause it understands at once what was said, whoever else waits", async () => {
  const { ear, asked } = makeEar(true);
  speak(ear, 0.7);
  ear.pause();
  expect(asked.map(({ seconds }) => seconds)).toEqual([0.7]);
  expect(asked[0]?.options.dueInMs).toBeLessThan(1_000);
  asked[0]?.answer(" so far");
  expect(await ear.take()).toMatchObject({ text: "so far", isFinal: false, atPause: true });
});

test("a pause is answered by what was said up to it, not by an older guess", async () => {
  const { ear, asked } = makeEar();
  speak(ear, 1.2);
  ear.pause();
  const [older, atPause] = asked;
  expect(older?.options.signal?.aborted).toBe(true);
  older?.answer("old");
  atPause?.answer("new");
  expect(await ear.take()).toMatchObject({ text: "new", atPause: true });
});

test("a pause in which nothing is understood is answered all the same", async () => {
  const { ear, asked } = makeEar();
  speak(ear, 0.5);
  ear.pause();
  asked[0]?.fail(new Error("model"));
  expect(await ear.take()).toMatchObject({ text: "", atPause: true });
});

test("when the caller has finished, the guess is dropped and the final comes first", async () => {
  const { ear, asked } = makeEar();
  speak(ear, 1.2);
  ear.end();
  const [guess, final] = asked;
  expect(guess?.options.signal?.aborted).toBe(true);
  expect(final?.options.dueInMs ?? 0).toBeLessThan(guess?.options.dueInMs ?? 0);
  guess?.answer("late");
  final?.answer(" all of it");
  expect(await ear.take()).toMatchObject({ text: "all of it", isFinal: true });
});

test("a guess that fails does no harm", async () => {
  const { ear, asked } = makeEar();
  speak(ear, 1.2);
  asked[0]?.fail(new Error("model"));
  await Promise.resolve();
  ear.end();
  asked[1]?.answer("still here");
  expect((await ear.take()).text).toBe("still here");
});

test("a long utterance is understood in parts while it grows", async () => {
  const { ear, asked } = makeEar(true);
  speak(ear, 60);
  ear.end();
  expect(asked).toHaveLength(3);
  expect(asked.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(60, 3);
  for (const [i, part] of asked.entries()) part.answer(` part ${i}`);
  expect(await ear.take()).toMatchObject({ text: "part 0 part 1 part 2", isFinal: true });
});

test("a final that fails is told", async () => {
  const { ear, asked } = makeEar();
  ear.end();
  asked[0]?.fail(new Error("model"));
  await expect(ear.take()).rejects.toThrow("model");
});

test("closing stops the work and whoever waits", async () => {
  const { ear, asked } = makeEar();
  speak(ear, 1.2);
  const waiting = ear.take();
  ear.close(new Error("hung up"));
  await expect(waiting).rejects.toThrow("hung up");
  expect(asked[0]?.options.signal?.aborted).toBe(true);
  speak(ear, 5);
  ear.end();
  expect(asked).toHaveLength(1);
});
