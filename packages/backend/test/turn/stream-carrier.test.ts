import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { openStreamCarrier } from "../../src/transport/turn/stream-carrier.ts";
import type { TurnCarrier } from "../../src/transport/turn/carrier.ts";
import { splitStream } from "../../src/transport/turn/frames.ts";
import { newAuthority } from "../doctor/certificates.ts";
import { type FakeStreamTurn, fakeStreamTurn } from "./fake-turn.ts";

const { signal } = new AbortController();
const name = "turn.example.com";

let certificate: { readonly cert: string; readonly key: string };
let turn: FakeStreamTurn;
let carrier: TurnCarrier | undefined;

beforeAll(async () => {
  certificate = await (await newAuthority()).issue({ names: [name] });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await carrier?.close();
  carrier = undefined;
  await turn.close();
});

const start = {
  TCP: () => fakeStreamTurn(),
  TLS: () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0"); // our authority is not among Node's
    return fakeStreamTurn({ ...certificate, host: name });
  },
};

/** The server's end of the carrier's connection, which nobody reads yet. */
async function connected(): Promise<Socket> {
  const meeting = new Promise<Socket>((resolve) => {
    turn.meet = resolve;
  });
  carrier = await openStreamCarrier(turn.server, "127.0.0.1", signal);
  return meeting;
}

const frame = (length: number): Buffer => {
  const bytes = Buffer.alloc(4 + length);
  bytes.writeUInt16BE(0x4000);
  bytes.writeUInt16BE(length, 2);
  return bytes;
};

describe.each(["TCP", "TLS"] as const)("a connection to a TURN server over %s", (kind) => {
  test("carries frames both ways", async () => {
    turn = await start[kind]();
    const server = await connected();
    const came = new Promise<string>((resolve) => {
      if (carrier)
        carrier.onFrame = (bytes) => {
          resolve(bytes.toString("hex"));
        };
    });
    server.write(Buffer.concat([frame(5), Buffer.alloc(3)]));
    expect(await came).toBe(frame(5).toString("hex"));
    carrier?.send(frame(6));
    const [bytes] = (await once(server, "data")) as [Buffer];
    expect(bytes).toHaveLength(4 + 6 + 2);
  });

  test("that is stuck keeps little and loses the rest, as a network of datagrams would", async () => {
    turn = await start[kind]();
    const server = await connected();
    let sent = 0;
    while (sent < 64_000_000) {
      carrier?.send(frame(1200));
      sent += 1204;
    }
    const last = frame(4);
    const received: Buffer[] = [];
    await new Promise<void>((resolve) => {
      server.on("data", (bytes: Buffer) => {
        received.push(bytes);
        if (bytes.subarray(-last.length).equals(last)) resolve();
        else carrier?.send(last); // lost, as long as the way is full
      });
    });
    const { frames, rest } = splitStream(Buffer.concat(received));
    expect(rest).toHaveLength(0);
    expect(new Set(frames.map(({ length }) => length))).toEqual(new Set([1204, last.length]));
    expect(frames.length * 1204).toBeLessThan(sent / 4);
  });

  test("tells of its end once, and not when it is our own", async () => {
    turn = await start[kind]();
    const server = await connected();
    const ends = vi.fn();
    carrier?.ended.addEventListener("abort", ends);
    const closed = once(server.resume(), "close");
    server.end();
    await closed;
    expect(ends).toHaveBeenCalledTimes(1);
    carrier?.send(frame(1)); // nobody is there, and nothing happens

    const other = await connected();
    const otherClosed = once(other.resume(), "close");
    await carrier?.close();
    await otherClosed;
    expect(carrier?.ended.aborted).toBe(false);
  });
});

test("a TLS server is told the name that is sought, and must show a certificate of it", async () => {
  turn = await start.TLS();
  expect(await connected()).toHaveProperty("servername", name);
  vi.unstubAllEnvs();
  const distrusted = openStreamCarrier(turn.server, "127.0.0.1", signal);
  await expect(distrusted).rejects.toThrow(/certificate/);
});

test("a server that lets us wait is given up with the call", async () => {
  turn = await fakeStreamTurn();
  const silent = { ...turn.server, transport: "tls" as const }; // accepts, and says nothing of TLS
  turn.meet = (socket) => socket.resume();
  const ending = new AbortController();
  const opening = openStreamCarrier(silent, "127.0.0.1", ending.signal);
  await vi.waitUntil(() => turn.connections === 1);
  ending.abort(new Error("the call has ended"));
  await expect(opening).rejects.toThrow("the call has ended");
});
