import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { meteredIceServers } from "../../src/ice/metered.ts";
import { json } from "./vendor.ts";

const minute = 60_000;
const shared = [{ urls: "turn:relay.example:80", username: "shared", credential: "c" }];

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

type Answer = (init: RequestInit) => Response | Promise<Response>;

/** A Metered account whose list is always there, and what it says when asked for a credential. */
function account(answer: Answer) {
  const posts = vi.fn(answer);
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> =>
    init.method === "POST" ? posts(init) : json(shared)();
  const source = meteredIceServers(
    { appName: "myapp", apiKey: "api-key", secretKey: "secret-key" },
    { fetch, now: () => Date.now() },
  );
  const mint = (signal = new AbortController().signal) => source.mint({ sessionId: "s1", signal });
  return { posts, mint };
}

const silent: Answer = ({ signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => {
      reject(new DOMException("aborted", "AbortError"));
    });
  });

test("that does not come in time is done without: the shared one reaches the caller in his 2 s", async () => {
  const { posts, mint } = account(silent);
  const minting = mint();
  await vi.advanceTimersByTimeAsync(1_200);
  expect(await minting).toMatchObject({
    iceServers: shared,
    warning: "calls share one, since Metered did not answer in time",
  });
  expect((await mint()).iceServers).toEqual(shared); // at once: nobody else waits for it
  expect(posts).toHaveBeenCalledTimes(1);
  vi.setSystemTime(Date.now() + minute);
  void mint();
  await vi.advanceTimersByTimeAsync(0);
  expect(posts).toHaveBeenCalledTimes(2);
});

test("that nobody waits for any more says nothing about Metered", async () => {
  const { posts, mint } = account(silent);
  const impatient = new AbortController();
  const minting = mint(impatient.signal);
  await vi.advanceTimersByTimeAsync(0);
  impatient.abort();
  await expect(minting).rejects.toThrow();
  void mint();
  expect(posts).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_200);
});

test("that is refused says so with each list, until it is given", async () => {
  let status = 401;
  const { mint } = account(() => json({ username: "own", password: "p" }, status)());
  const warning =
    "calls share one, since Metered answered with status 401: check METERED_SECRET_KEY";
  expect(await mint()).toEqual({ iceServers: shared, checkAfterMs: 5 * minute, warning });
  expect((await mint()).warning).toBe(warning);
  status = 200;
  vi.setSystemTime(Date.now() + 10 * minute);
  const lease = await mint();
  expect(lease.iceServers[0]).toMatchObject({ username: "own" });
  expect(lease.warning).toBeUndefined();
});

test.each([
  { username: "", password: "" },
  { username: "u", password: "" },
  { username: "u" },
  { username: "u", password: "p", expiryInSeconds: 0 },
  { username: "u", password: "p", expiryInSeconds: "soon" },
])("that is %j is none", async (answer) => {
  const { mint } = account(json(answer));
  expect(await mint()).toMatchObject({
    iceServers: shared,
    warning: "calls share one, since Metered answered something unexpected",
  });
});

test.each([
  [{ expiryInSeconds: 120 }, 120],
  [{ expiryInSeconds: null }, 3600],
  [{}, 3600],
])("with %j lives so many seconds", async (more, seconds) => {
  const { mint } = account(json({ username: "u", password: "p", ...more }));
  expect((await mint()).expiresAt).toBe(Date.now() + seconds * 1000);
});
