import { systemClock, voiceFrameSamples } from "@metered/llmrtc-core";
import { manualClock } from "@metered/llmrtc-testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DetectionBatch } from "../../../src/media/silero/contract.ts";
import { inputSamples, StreamMemories, stateWidth } from "../../../src/media/silero/memory.ts";
import { DetectionQueue, gatherMs } from "../../../src/media/silero/queue.ts";

const frame = (value = 0): Int16Array => new Int16Array(voiceFrameSamples).fill(value);

/** A model that finds each frame as likely as its first sample says, in thousandths; with streams 1 to 5. */
function makeQueue(clock = systemClock): {
  queue: DetectionQueue;
  batches: DetectionBatch[];
  fail: (e: Error) => void;
} {
  const batches: DetectionBatch[] = [];
  let failure: Error | undefined;
  const queue = new DetectionQueue(async (batch) => {
    batches.push(batch);
    const error = failure;
    failure = undefined;
    if (error) throw error;
    return Float32Array.from(
      batch.streams,
      (_, i) => (batch.samples[i * voiceFrameSamples] ?? 0) / 1000,
    );
  }, clock);
  for (let stream = 1; stream <= 5; stream++) queue.open();
  return {
    queue,
    batches,
    fail: (error) => {
      failure = error;
    },
  };
}

test("frames of one tick share a run", async () => {
  const { queue, batches } = makeQueue();
  const heard = await Promise.all([1, 2, 3].map((stream) => queue.detect(stream, frame(stream))));
  expect(heard.map((p) => Math.round(p * 1000))).toEqual([1, 2, 3]);
  expect(batches.map(({ streams }) => streams)).toEqual([[1, 2, 3]]);
});

test("every frame is answered, in order for its stream, and no run has a stream twice", async () => {
  const frames = fc.array(
    fc.record({ stream: fc.integer({ min: 1, max: 5 }), value: fc.nat(1000) }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(frames, async (all) => {
      const { queue, batches } = makeQueue();
      const heard = await Promise.all(all.map((f) => queue.detect(f.stream, frame(f.value))));
      expect(heard.map((p) => Math.round(p * 1000))).toEqual(all.map((f) => f.value));
      for (const { streams } of batches) expect(new Set(streams).size).toBe(streams.length);
    }),
    { numRuns: 30 },
  );
});

test("a failed run fails its frames with VAD_ERROR and the next ones go on", async () => {
  const { queue, fail } = makeQueue();
  fail(new Error("worker gone"));
  await expect(queue.detect(1, frame())).rejects.toMatchObject({ code: "VAD_ERROR" });
  expect(await queue.detect(1, frame(500))).toBeCloseTo(0.5, 6);
});

test("a stream that is a second behind is told, others are served", async () => {
  const queue = new DetectionQueue(() => new Promise(() => undefined)); // a model that hangs
  queue.open();
  queue.open();
  const waiting = Array.from({ length: 32 }, () => queue.detect(1, frame()));
  const ends = Promise.allSettled(waiting);
  await expect(queue.detect(1, frame())).rejects.toMatchObject({ code: "VAD_ERROR" });
  const other = queue.detect(2, frame());
  queue.close(2);
  await expect(other).rejects.toMatchObject({ code: "CLOSED" });
  queue.end();
  for (const end of await ends) expect(end).toMatchObject({ reason: { code: "CLOSED" } });
});

test("with many calls a run waits for them all, a few milliseconds, however unlike they come", async () => {
  const clock = manualClock();
  const { queue, batches } = makeQueue(clock);
  const streams = Array.from({ length: 35 }, () => queue.open()); // 40 in all
  const heard: Promise<number>[] = [];
  for (const [i, stream] of streams.entries()) {
    heard.push(queue.detect(stream, frame(i)));
    if (i % 4 === 0) await clock.advance(1);
  }
  await clock.advance(10);
  expect((await Promise.all(heard)).map((p) => Math.round(p * 1000))).toEqual([...heard.keys()]);
  expect(batches.map(({ streams }) => streams.length)).toEqual([35]);
});

test("a call waits for others no longer than a third of a frame, and alone not at all", () => {
  fc.assert(
    fc.property(fc.nat(10_000), (calls) => {
      expect(gatherMs(calls)).toBeLessThanOrEqual(10);
      expect(gatherMs(calls)).toBeLessThanOrEqual(gatherMs(calls + 1));
    }),
  );
  expect(gatherMs(1)).toBe(0);
});

test("closed streams are forgotten by the model", async () => {
  const { queue, batches } = makeQueue();
  await queue.detect(1, frame());
  queue.close(1);
  await queue.detect(2, frame());
  expect(batches.flatMap(({ closed }) => closed)).toEqual([1]);
});

test("each stream's context and state come back to it, whoever shares the run", () => {
  const memories = new StreamMemories();
  const samples = new Int16Array(2 * voiceFrameSamples).fill(100, 0, voiceFrameSamples);
  memories.gather([7, 8], samples);
  const state = new Float32Array(2 * 2 * stateWidth);
  for (const [row, value] of [1, 2, 3, 4].entries()) {
    state.fill(value, row * stateWidth, (row + 1) * stateWidth);
  }
  memories.scatter([7, 8], state);
  const next = memories.gather([8, 9, 7], new Int16Array(3 * voiceFrameSamples));
  const rows = Array.from({ length: 6 }, (_, row) => next.state[row * stateWidth]);
  expect(rows).toEqual([2, 0, 1, 4, 0, 3]);
  const contexts = [0, 1, 2].map((i) => next.input[i * inputSamples]);
  expect(contexts.map((x) => Math.round((x ?? 0) * 32_768))).toEqual([0, 0, 100]);
  memories.forget(7);
  expect(memories.size).toBe(2);
});
