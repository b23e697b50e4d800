import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { callerOrigin, seemingAddress } from "../src/security/caller-origin.ts";
import { mayReach } from "../src/transport/reach.ts";

const hosts = ["203.0.113.7", "2001:db8::7", "10.0.0.7", "fd00::7", "127.0.0.1"];
const reached = (caller: string | undefined) => hosts.filter((host) => mayReach(caller, host));

test.each([
  ["on this machine", "127.0.0.1", hosts],
  ["in our network", "192.168.1.4", hosts.slice(0, 4)],
  ["on the internet", "198.51.100.9", hosts.slice(0, 2)],
  ["on the internet with IPv6", "2a02:db8::9", hosts.slice(0, 2)],
  ["somewhere", undefined, hosts.slice(0, 4)],
])("a caller %s is first told of what it may reach", (_, caller, expected) => {
  expect(reached(caller)).toEqual(expected);
});

describe("a caller seems to come", () => {
  const request = (remoteAddress: string | undefined, forwarded?: string | string[]) =>
    ({
      headers: { "x-forwarded-for": forwarded },
      socket: { remoteAddress },
    }) as unknown as IncomingMessage;

  test.each([
    ["from the other end of the socket", request("198.51.100.9"), "198.51.100.9"],
    ["from its IPv4 address on a socket for both", request("::ffff:10.0.0.4"), "10.0.0.4"],
    [
      "from where the first proxy says",
      request("127.0.0.1", "198.51.100.9, 10.0.0.2"),
      "198.51.100.9",
    ],
    ["from nowhere, by a proxy that hides it", request("127.0.0.1", "unknown"), undefined],
    ["from nowhere, when the socket is gone", request(undefined), undefined],
  ])("%s", (_, asked, expected) => {
    expect(seemingAddress(callerOrigin(asked))).toBe(expected);
  });
});
