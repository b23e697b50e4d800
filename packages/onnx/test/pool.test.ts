import { execFile } from "node:child_process";
import { getEventListeners } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { WorkerPool, type PoolOptions } from "@metered/llmrtc-onnx";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { Gate, type Task } from "./gate.ts";

const entry = new URL("fixtures/tasks.mjs", import.meta.url);
const pools: WorkerPool<Task, unknown, unknown>[] = [];

function makePool(options: Partial<PoolOptions> = {}): WorkerPool<Task, unknown, unknown> {
  const pool = new WorkerPool<Task, unknown, unknown>({ name: "tasks", entry, ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

const count = (name: string, steps: number, more: Partial<Task> = {}): Task => {
  return { do: "count", name, steps, ...more };
};
const readLog = async (pool: WorkerPool<Task, unknown, unknown>): Promise<unknown[]> =>
  (await pool.ask({ do: "log", name: "log" })) as unknown[];

async function all(results: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const result of results) seen.push(result);
  return seen;
}

describe("a pool", () => {
  test("says when its models are warm", async () => {
    expect(await makePool().ready()).toEqual({ warm: true });
  });

  test("streams a job's results in order, however small the window", async () => {
    const pool = makePool();
    for (const window of [1, 2, 50]) {
      const results = await all(pool.stream(count("a", 20), { window }));
      expect(results).toEqual(Array.from({ length: 20 }, (_, i) => `a ${i}`));
    }
  });

  test("answers a question with the job's last result", async () => {
    expect(await makePool().ask(count("a", 3))).toBe("a 2");
  });

  test("does not ask a job again that has said its last, and lets it leave", async () => {
    const pool = makePool();
    expect(await pool.ask({ do: "last", name: "l" })).toBe("done");
    expect(await pool.ask({ do: "log", name: "log" })).toEqual(["start l", "leave l", "start log"]);
    expect(pool.size).toBe(0);
  });

  test("rejects a question that has no answer", async () => {
    await expect(makePool().ask(count("a", 2, { silent: true }))).rejects.toMatchObject({
      code: "MODEL_ERROR",
    });
  });

  test("moves buffers instead of copying them", async () => {
    const samples = new Float32Array(1000);
    const task: Task = { do: "length", name: "l", samples };
    expect(await makePool().ask(task, { transfer: [samples.buffer] })).toBe(1000);
    expect(samples.length).toBe(0);
  });

  test("pauses a job whose reader is behind, and lets others work meanwhile", async () => {
    const pool = makePool();
    const slow = pool.stream(count("slow", 100), { window: 2 });
    expect((await slow.next()).value).toBe("slow 0");
    await all(pool.stream(count("quick", 3)));
    const log = await readLog(pool);
    expect(log).toContain("quick 2");
    expect(log).not.toContain("slow 4");
    await slow.return();
  });

  test("works in several threads at once", async () => {
    const pool = makePool({ threads: 2 });
    const gate = new Gate();
    const held = [pool.stream(gate.job("a")).next(), pool.stream(gate.job("b")).next()];
    await gate.held(2);
    gate.open();
    await Promise.all(held);
  });
});

describe("deadlines", () => {
  test("decide who goes first, then age", async () => {
    const pool = makePool();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(10_000, 20_000, 30_000, 40_000)), async (dues) => {
        const gate = new Gate();
        const holding = all(pool.stream(gate.job()));
        await gate.held();
        const jobs = dues.map((dueInMs, i) =>
          all(pool.stream(count(`${dueInMs + i}`, 1), { dueInMs })),
        );
        gate.open();
        await Promise.all([holding, ...jobs]);
        const log = (await readLog(pool)).map(String).filter((line) => /^\d+ 0$/.test(line));
        const names = log.map((line) => Number(line.split(" ")[0]));
        expect(names).toEqual(names.toSorted((a, b) => a - b));
      }),
      { numRuns: 20 },
    );
  });

  test("pause a job between its steps for a more urgent one", async () => {
    const pool = makePool();
    const long = pool.stream(count("long", 4), { dueInMs: 10_000, window: 10 });
    const gate = new Gate();
    const first = long.next();
    const holding = all(pool.stream(gate.job(), { dueInMs: 5_000 }));
    await gate.held(); // the long job, if begun, is paused
    const urgent = all(pool.stream(count("urgent", 2)));
    gate.open();
    await Promise.all([first, holding, urgent, all(long)]);
    const log = (await readLog(pool)) as string[];
    expect(log.indexOf("end urgent")).toBeLessThan(log.indexOf("long 3"));
    expect(log).toContain("end long");
  });

  test("may be moved by the job itself, so that two speakers share a thread", async () => {
    const pool = makePool();
    const gate = new Gate();
    const holding = all(pool.stream(gate.job()));
    await gate.held();
    const options = { window: 10, dueInMs: 1_000 };
    const speakers = ["a", "b"].map((name) =>
      all(pool.stream(count(name, 3, { everyMs: 60_000 }), options)),
    );
    gate.open();
    await Promise.all([holding, ...speakers]);
    const log = (await readLog(pool)).filter((line) => /^[ab] \d$/.test(String(line)));
    expect(log).toEqual(["a 0", "b 0", "a 1", "b 1", "a 2", "b 2"]);
  });
});

describe("aborting", () => {
  test("rejects at once with the signal's reason, even while the worker is blocked", async () => {
    const pool = makePool();
    const gate = new Gate();
    const { signal, abort } = aborter();
    const held = all(pool.stream(gate.job(), { signal }));
    await gate.held();
    const reason = new Error("barge-in");
    abort(reason);
    await expect(held).rejects.toBe(reason);
    gate.open();
    expect(await readLog(pool)).toEqual(["start hold", "leave hold", "start log"]);
  });

  test("before the first pull starts nothing", async () => {
    const pool = makePool();
    const reason = new Error("gone");
    const signal = AbortSignal.abort(reason);
    await expect(pool.ask(count("a", 1), { signal })).rejects.toBe(reason);
    expect(await readLog(pool)).toEqual(["start log"]);
  });

  test("takes a waiting job out of the queue", async () => {
    const pool = makePool();
    const gate = new Gate();
    const holding = all(pool.stream(gate.job()));
    await gate.held();
    const { signal, abort } = aborter();
    const waiting = pool.ask(count("waiting", 1), { signal, dueInMs: 9_000 });
    abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    expect(pool.size).toBe(1);
    gate.open();
    await holding;
    expect(await readLog(pool)).not.toContain("start waiting");
  });

  test("leaving the loop stops the job at its next step", async () => {
    const pool = makePool();
    for await (const result of pool.stream(count("a", 1_000), { window: 3 })) {
      if (result === "a 1") break;
    }
    const log = await readLog(pool);
    expect(log).toContain("leave a");
    expect(log).not.toContain("end a");
    expect(pool.size).toBe(0);
  });

  test("leaves no listener on the signal, however a job ends", async () => {
    const pool = makePool({ restartDelaysMs: [0] });
    const { signal } = aborter();
    await pool.ask(count("a", 2), { signal });
    await expect(pool.ask({ do: "crash", name: "c" }, { signal })).rejects.toThrow();
    const left = pool.stream(count("b", 9), { signal });
    await left.next();
    await left.return();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("failure", () => {
  test("of one job leaves the others alone", async () => {
    const pool = makePool();
    const other = all(pool.stream(count("b", 5), { window: 1 }));
    await expect(
      pool.ask({ do: "fail", name: "a", error: new Error("bad shape") }),
    ).rejects.toMatchObject({ code: "MODEL_ERROR", message: "bad shape" });
    expect(await other).toHaveLength(5);
  });

  test("of the worker rejects its jobs, and the next job gets a new worker", async () => {
    const pool = makePool({ restartDelaysMs: [0, 20] });
    for (let round = 0; round < 3; round++) {
      await expect(pool.ask({ do: "crash", name: "c" })).rejects.toMatchObject({
        code: "MODEL_ERROR",
        message: "The tasks worker stopped: out of memory",
      });
    }
    expect(await pool.ask(count("a", 1))).toBe("a 0");
    expect(pool.size).toBe(0);
  });

  test("to load is told to whoever waits", async () => {
    const pool = makePool({ setup: { broken: true }, restartDelaysMs: [0] });
    const expected = { code: "MODEL_ERROR", message: "no such model" };
    await expect(pool.ready()).rejects.toMatchObject(expected);
    await expect(pool.ask(count("a", 1))).rejects.toMatchObject(expected);
  });

  test("of a missing worker module is told too", async () => {
    const pool = makePool({ entry: new URL("fixtures/none.mjs", import.meta.url) });
    await expect(pool.ready()).rejects.toMatchObject({ code: "MODEL_ERROR" });
  });
});

describe("closing", () => {
  test("rejects open jobs with CLOSED and can be said twice", async () => {
    const pool = makePool();
    const gate = new Gate();
    const jobs = [all(pool.stream(gate.job())), pool.ask(count("a", 1), { dueInMs: 5_000 })];
    const outcomes = Promise.allSettled(jobs);
    await gate.held();
    const closing = pool.close();
    gate.open();
    expect(await Promise.all([closing, pool.close()])).toHaveLength(2);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "CLOSED" } });
    }
    await expect(pool.ask(count("b", 1))).rejects.toMatchObject({ code: "CLOSED" });
    await expect(pool.ready()).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("is not needed for the process to end", async () => {
    const script = fileURLToPath(new URL("fixtures/idle-pool.mjs", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 15_000 });
    expect(stdout.trim()).toBe("a 1");
  });

  test("starts from a program that was given as text", async () => {
    const script = new URL("fixtures/idle-pool.mjs", import.meta.url).href;
    const program = `await import(${JSON.stringify(script)})`;
    const args = ["--input-type=module", "--eval", program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 15_000 });
    expect(stdout.trim()).toBe("a 1");
  });
});

function aborter(): { signal: AbortSignal; abort: (reason: Error) => void } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: (reason) => {
      controller.abort(reason);
    },
  };
}
