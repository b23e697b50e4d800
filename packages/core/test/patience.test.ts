import { type Clock, patiently, patientlyEach, ProviderError } from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";

/** A clock whose every limit is reached when the test says so. */
function handClock() {
  const waiting = new Set<() => void>();
  const clock: Clock = {
    now: () => 0,
    after: (_ms, callback) => {
      waiting.add(callback);
      return () => waiting.delete(callback);
    },
  };
  return {
    clock,
    waiting,
    strike: () => {
      for (const callback of [...waiting]) callback();
    },
  };
}

const hang = <T>(signal: AbortSignal): Promise<T> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(signal.reason as Error);
    });
  });

function setUp() {
  const hand = handClock();
  const outer = new AbortController();
  const patience = {
    kind: "LLM",
    provider: "fake",
    ms: 100,
    signal: outer.signal,
    clock: hand.clock,
  } as const;
  return { ...hand, outer, patience };
}

describe("patience", () => {
  test("a provider that answers in time is handed through and leaves no timer", async () => {
    const { patience, waiting } = setUp();
    expect(await patiently(patience, async () => "yes")).toBe("yes");
    expect(waiting.size).toBe(0);
  });

  test("a provider that hangs is told to stop and becomes a time-out of its kind", async () => {
    const { patience, strike } = setUp();
    let told = false;
    const call = patiently(patience, (signal) => {
      signal.addEventListener("abort", () => (told = true));
      return hang(signal);
    });
    strike();
    await expect(call).rejects.toMatchObject({ code: "LLM_TIMEOUT" });
    expect(told).toBe(true);
  });

  test("whatever a provider throws becomes an error of its kind, without its words", async () => {
    const { patience } = setUp();
    const call = patiently(patience, () => Promise.reject(new Error("key sk-123 is wrong")));
    await expect(call).rejects.toMatchObject({ code: "LLM_ERROR" });
    await call.catch((error: unknown) => {
      expect((error as Error).message).not.toContain("sk-123");
    });
  });

  test("a provider's own typed error stays as it is", async () => {
    const { patience } = setUp();
    const own = new ProviderError("LLM_ERROR", "fake", "answered 429", { status: 429 });
    await expect(patiently(patience, () => Promise.reject(own))).rejects.toBe(own);
  });

  test("an abort rejects at once with its own reason", async () => {
    const { patience, outer } = setUp();
    const reason = new Error("barge-in");
    const call = patiently(patience, hang);
    outer.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  test("each item of a stream has the limit anew, and a stream that stalls times out", async () => {
    const { patience, strike, waiting } = setUp();
    async function* items() {
      yield 1;
      yield 2;
      await new Promise(() => undefined); // deaf to its signal
    }
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of patientlyEach(patience, items)) {
        seen.push(item);
        if (seen.length === 2) setTimeout(strike);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "LLM_TIMEOUT" });
    expect(seen).toEqual([1, 2]);
    expect(waiting.size).toBe(0);
  });

  test("leaving a stream stops the provider", async () => {
    const { patience } = setUp();
    let stopped = false;
    async function* items(signal: AbortSignal) {
      signal.addEventListener("abort", () => (stopped = true));
      for (let item = 0; ; item++) yield item;
    }
    for await (const item of patientlyEach(patience, items)) if (item === 3) break;
    expect(stopped).toBe(true);
  });
});
