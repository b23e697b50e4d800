import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Logger, silentLogger } from "@metered/llmrtc-core";
import { classes, Message, methods, parseMessage } from "werift";
import { describe, expect, test } from "vitest";
import { byLikelihood, readIceServers } from "../src/transport/webrtc/ice-servers.ts";
import { warnOfIgnored } from "../src/transport/webrtc/ignored-urls.ts";
import { fakeDatagramTurn, hasIPv6 } from "./turn/fake-turn.ts";
import { openCall } from "./webrtc-caller.ts";

function hearing(): {
  readonly logger: Logger;
  readonly warned: { url?: string; reason?: string }[];
} {
  const warned: object[] = [];
  return {
    warned,
    logger: { ...silentLogger, warn: (about) => void warned.push(about) },
  };
}

test("UDP comes before TCP and TLS, else the order of the list stays", () => {
  const urls = ["turns:a", "turn:b?transport=tcp", "turn:c", "turns:d", "turn:e"];
  const { turn } = readIceServers([{ urls, username: "u", credential: "c" }]);
  expect(byLikelihood(turn).map(({ host }) => host)).toEqual(["c", "e", "b", "a", "d"]);
});

describe("URLs that no call can use", () => {
  const urls = ["stuns:a", "turns:a?transport=udp", "turn:a", "http://somebody:secret@a"];

  test("are told once for each server of ours, and why, without a login", () => {
    const { logger, warned } = hearing();
    for (let call = 0; call < 5; call += 1) warnOfIgnored(urls, logger);
    expect(warned.map(({ url }) => url)).toEqual([...urls.slice(0, 3), "http:a"]);
    expect(warned.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("STUN over TLS"),
      expect.stringContaining("DTLS"),
      expect.stringContaining("username"),
      expect.stringContaining("not a STUN or TURN"),
    ]);
    const other = hearing();
    warnOfIgnored(urls, other.logger);
    expect(other.warned).toHaveLength(4);
  });

  test("are not told without end", () => {
    const { logger, warned } = hearing();
    for (let n = 0; n < 1000; n += 1) warnOfIgnored([`stuns:${n}`], logger);
    expect(warned).toHaveLength(100);
  });

  test("do not fill the log with each call", async () => {
    const { logger, warned } = hearing();
    for (let n = 0; n < 3; n += 1) {
      const call = await openCall({ iceServers: [{ urls: "stuns:a" }], logger });
      await call.negotiate();
      await call.close();
    }
    expect(warned).toEqual([expect.objectContaining({ url: "stuns:a" })]);
  });
});

/** What the server's end tells of itself after its sockets, as `type address`. */
async function gathered(options: Parameters<typeof openCall>[0]): Promise<string[]> {
  const call = await openCall(options);
  const told: string[] = [];
  const all = new Promise<void>((resolve) => {
    call.transport.on("candidate", (candidate) => {
      const parts = candidate?.candidate.split(" ");
      if (parts) told.push(`${parts[7]} ${parts[4]}`);
      else resolve();
    });
  });
  await call.negotiate({ trickle: true });
  await all;
  await call.close();
  return told;
}

describe.skipIf(!hasIPv6)("a server that is reached over IPv6 alone", () => {
  /** Says that everybody comes from 2001:db8::9. */
  async function stunOverIPv6() {
    const socket = createSocket("udp6");
    socket.on("message", (data, { port, address }) => {
      const request = parseMessage(data);
      if (request?.messageMethod !== methods.BINDING) return;
      const response = new Message(methods.BINDING, classes.RESPONSE, request.transactionId);
      response.setAttribute("XOR-MAPPED-ADDRESS", ["2001:db8::9", port]);
      socket.send(response.bytes, port, address);
    });
    socket.bind(0, "::1");
    await once(socket, "listening");
    return socket;
  }

  test("tells our IPv6 sockets how it sees them", async () => {
    const stun = await stunOverIPv6();
    const iceServers = [{ urls: `stun:[::1]:${stun.address().port}` }];
    const hostAddresses = ["2001:db8::7", "192.0.2.7"];
    expect(await gathered({ iceServers, hostAddresses })).toEqual(["srflx 2001:db8::9"]);
    stun.close();
  });

  test("is no use to a machine without, and the log says so", async () => {
    const { logger, warned } = hearing();
    const iceServers = [{ urls: "stun:[2001:db8::1]" }];
    expect(await gathered({ iceServers, hostAddresses: ["192.0.2.7"], logger })).toEqual([]);
    expect(warned.map(({ reason }) => reason)).toEqual([expect.stringContaining("IPv6")]);
  });

  test("relays over UDP", async () => {
    const turn = await fakeDatagramTurn("::1");
    const iceServers = [{ urls: turn.url, username: "u", credential: "c" }];
    expect(await gathered({ iceServers, hostAddresses: ["192.0.2.7"] })).toEqual([
      "relay 203.0.113.7",
    ]);
    await turn.close();
  });
});
