import { type Logger, silentLogger } from "@metered/llmrtc-core";
import { manualClock, settle } from "@metered/llmrtc-testing";
import { describe, expect, test, vi } from "vitest";
import type { IceServerLease, IceServerRequest, IceServerSource } from "../../src/ice/source.ts";
import { IceSupply } from "../../src/ice/supply.ts";

const minute = 60_000;
const start = 1_700_000_000_000;

/** A source whose answers are the test's: by default a new name each time, good for ten minutes. */
function scene({
  shared = false,
  logger = silentLogger,
}: { shared?: boolean; logger?: Logger } = {}) {
  const clock = manualClock(start);
  let asked = 0;
  const fresh = async (): Promise<IceServerLease> => ({
    iceServers: [{ urls: "turn:a", username: `n${++asked}`, credential: "c" }],
    expiresAt: clock.now() + 10 * minute,
  });
  const mint = vi.fn<(request: IceServerRequest) => Promise<IceServerLease>>(fresh);
  const source: IceServerSource = { description: "Example", shared, mint };
  const supply = new IceSupply({ source, logger, clock });
  return {
    clock,
    mint,
    supply,
    name: async () => (await supply.lease("s1")).iceServers[0]?.username,
    fail: () => mint.mockImplementation(() => Promise.reject(new Error("key=secret"))),
    hang: () => mint.mockImplementation(() => new Promise(() => undefined)),
    mend: () => mint.mockImplementation(fresh),
  };
}

describe("a source with a list for each call", () => {
  test("is asked at start, and then for each call with its session", async () => {
    const { supply, mint, name } = scene();
    await supply.open();
    expect(await Promise.all([name(), name()])).toEqual(["n2", "n3"]);
    expect(mint.mock.calls.map(([{ sessionId }]) => sessionId)).toEqual([undefined, "s1", "s1"]);
    expect((await supply.lease("s1")).standing).toBe("own");
    expect(supply.warning).toBeUndefined();
    supply.close();
  });

  test("that fails leaves the list in reserve, and nobody asks but the reserve, ever less often", async () => {
    const { supply, mint, name, fail, mend, clock } = scene();
    await supply.open();
    fail();
    expect(await name()).toBe("n1");
    expect(await name()).toBe("n1");
    expect((await supply.lease("s1")).standing).toBe("reserve");
    expect(mint).toHaveBeenCalledTimes(2);
    await clock.advance(1000 + 2000 + 4000);
    expect(mint).toHaveBeenCalledTimes(5);
    mend();
    await clock.advance(8000);
    expect(supply.warning).toBeUndefined();
    expect(await name()).toBe("n3");
    supply.close();
  });

  test("of many calls that fail together only one counts", async () => {
    const { supply, mint, name, fail, clock } = scene();
    await supply.open();
    fail();
    await Promise.all(Array.from({ length: 20 }, name));
    mint.mockClear();
    await clock.advance(1000);
    expect(mint).toHaveBeenCalledTimes(1);
    supply.close();
  });
});

describe("a source with one list for all", () => {
  test("is asked once for calls that come together, and again at half life", async () => {
    const { supply, mint, name, clock } = scene({ shared: true });
    await supply.open();
    expect(await Promise.all([name(), name(), name()])).toEqual(["n1", "n1", "n1"]);
    await clock.advance(5 * minute - 1);
    expect(mint).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(mint).toHaveBeenCalledTimes(2);
    expect(await name()).toBe("n2");
    supply.close();
  });

  test("that fails serves the old list until it expires, then STUN alone", async () => {
    const { supply, name, fail, clock } = scene({ shared: true });
    await supply.open();
    fail();
    await clock.advance(9 * minute);
    expect(await name()).toBe("n1");
    await clock.advance(minute);
    const lease = await supply.lease("s1");
    expect(lease).toEqual({
      iceServers: [{ urls: "stun:stun.metered.ca:80" }],
      standing: "fallback",
    });
    supply.close();
  });

  test("of unknown lifetime is asked again when it says so", async () => {
    const { supply, mint, clock } = scene({ shared: true });
    mint.mockResolvedValue({ iceServers: [], checkAfterMs: minute });
    await supply.open();
    await clock.advance(3 * minute);
    expect(mint).toHaveBeenCalledTimes(4);
    supply.close();
  });

  test("without an end is not asked again", async () => {
    const { supply, mint, clock } = scene({ shared: true });
    mint.mockResolvedValue({ iceServers: [] });
    await supply.open();
    await clock.advance(48 * 60 * minute);
    expect(mint).toHaveBeenCalledTimes(1);
    expect(clock.pending).toBe(0);
  });
});

describe.each([true, false])("a source (one list for all: %s)", (shared) => {
  test("that is silent holds nobody up for more than two seconds", async () => {
    const { supply, hang, clock } = scene({ shared });
    hang();
    let opened = false;
    const opening = supply.open().then(() => (opened = true));
    await clock.advance(1999);
    expect(opened).toBe(false);
    await clock.advance(1);
    await opening;
    const waiting = supply.lease("s1");
    await clock.advance(2000);
    expect((await waiting).standing).toBe("fallback");
    supply.close();
  });

  test("that failed is asked again by the next call; a failure is never kept", async () => {
    const { supply, name, fail, mend } = scene({ shared });
    fail();
    await supply.open();
    expect((await supply.lease("s1")).standing).toBe("fallback");
    mend();
    expect(await name()).toBe("n1");
    supply.close();
  });

  test("that fails says so once, with a remedy but without secrets", async () => {
    const lines: string[] = [];
    const write = (...parts: unknown[]) => void lines.push(JSON.stringify(parts));
    const logger = { debug: write, info: write, warn: write, error: write };
    const { supply, fail } = scene({ shared, logger });
    fail();
    await supply.open();
    expect(supply.warning).toBe("Example: it failed (Error)");
    expect(lines.join()).toContain("Example: it failed (Error)");
    expect(lines.join()).not.toContain("secret");
    supply.close();
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "it gave no list of ICE servers"],
    [
      "a word for a list",
      { iceServers: "turn:a" },
      "it gave a list that cannot be used: iceServers",
    ],
    ["an empty entry", { iceServers: [{}] }, "it gave a list that cannot be used: iceServers[0]"],
    ["an end in seconds", { iceServers: [], expiresAt: start / 1000 }, "in ms since 1970"],
  ])("that gives %s has failed: calls get what there is else", async (_, given, why) => {
    const { supply, mint } = scene({ shared });
    mint.mockResolvedValue(given as IceServerLease);
    await supply.open();
    expect((await supply.lease("s1")).standing).toBe("fallback");
    expect(supply.warning).toContain(why);
    supply.close();
  });

  test("whose credentials have always ended is not asked without end", async () => {
    const { supply, mint, clock } = scene({ shared });
    mint.mockImplementation(async () => ({ iceServers: [], expiresAt: clock.now() - 1 }));
    await supply.open();
    mint.mockClear();
    await clock.advance(minute);
    expect(mint).toHaveBeenCalledTimes(5); // after 1, 2, 4, 8 and 16 s
    supply.close();
  });

  test("that asks to be asked all the time is asked once a second", async () => {
    const { supply, mint, clock } = scene({ shared });
    mint.mockResolvedValue({ iceServers: [], checkAfterMs: 1 });
    await supply.open();
    mint.mockClear();
    await clock.advance(minute);
    expect(mint).toHaveBeenCalledTimes(60);
    supply.close();
  });

  test("whose list lacks something says so once, until it lacks nothing", async () => {
    const warn = vi.fn();
    const { supply, mint, clock } = scene({ shared, logger: { ...silentLogger, warn } });
    const lease = { iceServers: [], checkAfterMs: minute };
    mint.mockResolvedValue({ ...lease, warning: "the key is wrong" });
    await supply.open();
    await clock.advance(3 * minute);
    expect(supply.warning).toBe("Example: the key is wrong");
    expect(warn).toHaveBeenCalledTimes(1);
    mint.mockResolvedValue(lease);
    await clock.advance(minute);
    expect(supply.warning).toBeUndefined();
    supply.close();
  });

  test("is asked by one request at a time while it recovers", async () => {
    const { supply, fail, hang, mint } = scene({ shared });
    fail();
    await supply.open();
    hang();
    mint.mockClear();
    for (let n = 0; n < 5; n += 1) void supply.lease("s1");
    await settle();
    expect(mint).toHaveBeenCalledTimes(1);
    supply.close();
  });

  test("is let go of: no timer is left, and the request under way is told", async () => {
    const { supply, hang, mint, clock } = scene({ shared });
    hang();
    void supply.open();
    await settle();
    supply.close();
    await clock.advance(2000);
    expect(mint.mock.calls[0]?.[0].signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
