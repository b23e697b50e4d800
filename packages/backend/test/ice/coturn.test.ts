import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { turnRestIceServers } from "@metered/llmrtc-backend";
import type { CandidateInit, IceServer } from "@metered/llmrtc-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { hasIPv6 } from "../turn/fake-turn.ts";
import { openCall, type WebRtcCaller } from "../webrtc-caller.ts";

const program = process.env["TURNSERVER_PATH"] ?? "turnserver";
const installed = spawnSync(program, ["--version"]).error === undefined;
const missing = installed ? "" : ": SKIPPED, as turnserver (Debian: coturn) is not installed";
const secret = "north-south";

let coturn: ChildProcess;
let folder: string;
let port: number;

/** A port that is free for both UDP and TCP. */
async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  const socket = createSocket("udp4").bind(address.port, "127.0.0.1");
  await once(socket, "listening");
  socket.close();
  await once(socket, "close");
  return address.port;
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}

/** Credentials that end so many seconds from now; they may have ended already. */
async function credentials(
  endsInSeconds: number,
  { key = secret, host = "127.0.0.1" } = {},
): Promise<readonly IceServer[]> {
  const urls = [`turn:${host}:${port}`, `turn:${host}:${port}?transport=tcp`];
  const made = Date.now() + (endsInSeconds - 60) * 1000;
  const source = turnRestIceServers({ urls, secret: key, ttlSeconds: 60 }, () => made);
  const { signal } = new AbortController();
  return (await source.mint({ sessionId: "s1", signal })).iceServers;
}

/** Negotiates, and gives the relayed candidates of the server's end once all have come. */
async function relayed(call: WebRtcCaller, iceRestart = false): Promise<string[]> {
  const found: CandidateInit[] = [];
  const done = new Promise<void>((resolve) => {
    call.transport.on("candidate", (candidate) => {
      if (candidate) found.push(candidate);
      else resolve();
    });
  });
  const answer = await call.negotiate({ trickle: true, iceRestart });
  await done;
  const lines = [...answer.split("\r\n"), ...found.map(({ candidate }) => candidate)];
  return lines.filter((line) => line.includes(" typ relay"));
}

describe.skipIf(!installed)(`a real coturn with a shared secret${missing}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "llmrtc-coturn-"));
    port = await freePort();
    const options = [
      "-n",
      "--use-auth-secret",
      `--static-auth-secret=${secret}`,
      "--realm=test",
      `--listening-port=${port}`,
      "--listening-ip=127.0.0.1",
      ...(hasIPv6 ? ["--listening-ip=::1"] : []),
      "--relay-ip=127.0.0.1",
      "--allow-loopback-peers",
      "--no-cli",
      "--no-tls",
      "--no-dtls",
      `--pidfile=${folder}/pid`,
      `--userdb=${folder}/db`,
      `--log-file=${folder}/log`,
      "--simple-log",
    ];
    coturn = spawn(program, options, { stdio: "ignore" });
    await vi.waitUntil(answers, { timeout: 15_000 });
  });

  afterAll(async () => {
    const gone = once(coturn, "exit");
    coturn.kill("SIGKILL");
    await gone;
    await rm(folder, { recursive: true, force: true });
  });

  test("takes the credentials that we make, over UDP and TCP", async () => {
    const call = await openCall({ iceServers: await credentials(60) });
    expect(await relayed(call)).toHaveLength(2);
    await call.close();
  });

  test.skipIf(!hasIPv6)("is asked over IPv6 too", async () => {
    const call = await openCall({ iceServers: await credentials(60, { host: "[::1]" }) });
    expect(await relayed(call)).toHaveLength(2);
    await call.close();
  });

  test("refuses credentials that have ended, or were made with another secret", async () => {
    const lists = await Promise.all([credentials(-10), credentials(60, { key: "south" })]);
    const calls = await Promise.all(lists.map((iceServers) => openCall({ iceServers })));
    expect(await Promise.all(calls.map((call) => relayed(call)))).toEqual([[], []]);
    await Promise.all(calls.map((call) => call.close()));
  });

  test("is asked with fresh credentials at the next ICE restart of a running call", async () => {
    const call = await openCall({ iceServers: await credentials(-10) });
    expect(await relayed(call)).toEqual([]);
    call.transport.setIceServers(await credentials(60));
    expect(await relayed(call, true)).toHaveLength(2);
    await call.close();
  });

  test("keeps a relay that is there when fresh credentials come", async () => {
    const call = await openCall({ iceServers: await credentials(60) });
    const before = await relayed(call);
    call.transport.setIceServers(await credentials(90));
    const portOf = (line: string) => line.split(" ")[5];
    const after = await relayed(call, true);
    expect(after.map(portOf).sort()).toEqual(before.map(portOf).sort());
    await call.close();
  });
});
