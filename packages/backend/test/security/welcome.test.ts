import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { silentLogger } from "@metered/llmrtc-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ServerDefaults } from "../../src/session/session-options.ts";
import { welcome, type WelcomeOptions } from "../../src/signalling/welcome.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** How a caller is received by functions that take so long. */
async function received(options: Omit<WelcomeOptions, "logger">) {
  const request = new IncomingMessage(new Socket());
  const defaults = {} as ServerDefaults;
  const answer = welcome(request, { ...options, logger: silentLogger }, defaults);
  await vi.advanceTimersByTimeAsync(7_000);
  return answer;
}

const after = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms, value);
  });
const never = (): Promise<never> => new Promise(() => undefined);

test("who is not decided about within 7 s is not let in", async () => {
  expect(await received({ authenticate: never })).toMatchObject({ code: 4401 });
});

test("a `session` that takes long has what `authenticate` left of the 7 s", async () => {
  const session = vi.fn(never);
  const authenticate = (): Promise<boolean> => after(6_000, true);
  expect(await received({ authenticate, session })).toMatchObject({ code: 1011 });
  expect(session).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("what fails after its time is nobody's unhandled rejection", async () => {
  const authenticate = async (): Promise<boolean> => {
    await after(8_000, undefined);
    throw new Error("too late");
  };
  expect(await received({ authenticate })).toMatchObject({ code: 4401 });
  await vi.advanceTimersByTimeAsync(2_000);
});
