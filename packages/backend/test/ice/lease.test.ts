import { expect, test } from "vitest";
import { readLease, renewAfterMs, usableLease } from "../../src/ice/lease.ts";

const now = 1_700_000_000_000;
const iceServers = [{ urls: "turn:a", username: "u", credential: "c" }];

test("a list alone is a lease without an end", () => {
  expect(readLease(iceServers)).toEqual({ iceServers });
});

test("a lease is read without what else stands in it", () => {
  const lease = { iceServers, expiresAt: 1, checkAfterMs: 2, warning: "old key" };
  expect(readLease({ ...lease, secret: "s" })).toEqual(lease);
});

test.each<[unknown, RegExp]>([
  [undefined, /^it gave no list of ICE servers$/],
  ["turn:a", /^it gave no list of ICE servers$/],
  [{}, /iceServers must be a list such as/],
  [{ iceServers: "turn:a" }, /iceServers must be a list such as/],
  [{ iceServers: 5 }, /iceServers must be a list such as/],
  [[{}], /iceServers\[0\]\.urls is missing/],
  [[{ urls: "turn:a" }], /iceServers\[0\] is a TURN server without/],
  [[{ urls: "stun:a?transport=udp" }], /iceServers\[0\]\.urls holds an address with a \?/],
  [{ iceServers, expiresAt: Number.NaN }, /expiresAt must be a number of ms since 1970/],
  [{ iceServers, expiresAt: Infinity }, /expiresAt must be a number of ms since 1970/],
  [{ iceServers, expiresAt: new Date(now) }, /expiresAt must be a number of ms since 1970/],
  [{ iceServers, expiresAt: String(now) }, /expiresAt must be a number of ms since 1970/],
  [{ iceServers, expiresAt: null }, /expiresAt must be a number of ms since 1970/],
  [{ iceServers, checkAfterMs: "5 min" }, /checkAfterMs must be a number of ms/],
  [{ iceServers, checkAfterMs: 0 }, /checkAfterMs must be a number of ms/],
  [{ iceServers, checkAfterMs: Number.NaN }, /checkAfterMs must be a number of ms/],
])("%j is refused with its fault", (given, fault) => {
  expect(() => readLease(given)).toThrow(fault);
});

test.each([
  ["past", now - 1],
  ["given in seconds", now / 1000 + 3600],
  ["less than 5 s away", now + 5_000],
])("an end that is %s is refused, with the unit that is meant", (_, expiresAt) => {
  expect(() => usableLease({ iceServers, expiresAt }, now)).toThrow("it is in ms since 1970");
});

test("an end a little later is good", () => {
  expect(usableLease({ iceServers, expiresAt: now + 5_001 }, now).iceServers).toEqual(iceServers);
});

test("it is renewed at half life, or when it says so, but never more than once a second", () => {
  expect(renewAfterMs({ iceServers, expiresAt: now + 20_000 }, now)).toBe(10_000);
  expect(renewAfterMs({ iceServers, expiresAt: now - 20_000 }, now)).toBe(1_000);
  expect(renewAfterMs({ iceServers, checkAfterMs: 60_000 }, now)).toBe(60_000);
  expect(renewAfterMs({ iceServers, checkAfterMs: 1 }, now)).toBe(1_000);
  expect(renewAfterMs({ iceServers, expiresAt: now * 2 }, now)).toBe(24 * 3_600_000);
  expect(renewAfterMs({ iceServers }, now)).toBeUndefined();
});
