import { once } from "node:events";
import { connect } from "node:net";
import { classes, Message, methods } from "werift";
import { afterEach, describe, expect, test, vi } from "vitest";
import { channelData, padFrame } from "../../src/transport/turn/frames.ts";
import { allocateRelay, type Relay } from "../../src/transport/turn/relay.ts";
import {
  fakeDatagramTurn,
  fakeStreamTurn,
  type FakeTurn,
  grant,
  hasIPv6,
  refuse,
  relayed,
  reply,
} from "./fake-turn.ts";

const open: FakeTurn[] = [];

function opened<T extends FakeTurn>(turn: T): T {
  open.push(turn);
  return turn;
}

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(open.splice(0).map((turn) => turn.close()));
});

const { signal: never } = new AbortController();

const allocate = (
  { server }: FakeTurn,
  { refreshFailed = () => undefined, signal = never } = {},
): Promise<Relay> => allocateRelay(server, { signal, refreshFailed });

const peer = ["198.51.100.1", 4000] as const;

const ways: readonly (readonly [string, () => Promise<FakeTurn>])[] = [
  ["UDP", () => fakeDatagramTurn()],
  ["TCP", () => fakeStreamTurn()],
  ["UDP and IPv6", () => fakeDatagramTurn("::1")],
];

describe.each(ways.slice(0, hasIPv6 ? 3 : 2))("a relayed address, over %s,", (_, start) => {
  test("is given back at the end, not left to expire", async () => {
    const turn = opened(await start());
    const relay = await allocate(turn);
    expect(relay.candidate).toMatchObject({ type: "relay", address: relayed, related: relayed });
    await relay.close();
    expect(turn.heard).toEqual(["allocate", "refresh 0"]);
  });

  test("that is refused says what the server answered", async () => {
    const turn = opened(await start());
    turn.answer = (request) => refuse(request, 486);
    await expect(allocate(turn)).rejects.toThrow("486");
  });

  test("that is none is refused", async () => {
    const turn = opened(await start());
    turn.answer = reply;
    await expect(allocate(turn)).rejects.toThrow("granted no address");
  });

  test("that is not prolonged is told", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const turn = opened(await start());
    const told = vi.fn();
    const relay = await allocate(turn, { refreshFailed: told });
    turn.answer = (request) => refuse(request, 437);
    vi.advanceTimersByTime(500_000);
    await expect.poll(() => told.mock.calls.length).toBe(1);
    vi.useRealTimers();
    await relay.close();
  });

  test("whose call ends while it is asked for leaves nothing behind", async () => {
    const turn = opened(await start());
    const ending = new AbortController();
    const asked = turn.next("allocate");
    turn.answer = () => undefined;
    const allocating = allocate(turn, { signal: ending.signal });
    await asked;
    ending.abort(new Error("the call has ended"));
    await expect(allocating).rejects.toThrow("the call has ended");
    const before = allocate(turn, { signal: ending.signal });
    await expect(before).rejects.toThrow("the call has ended");
  });
});

describe("a TURN server that ends its connection", () => {
  /** After these have been served, everything that came before has been too. */
  async function visitors(port: number, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await once(connect(port, "127.0.0.1").resume(), "close");
  }

  test("and stops takes the relay along, and nothing else", async () => {
    const turn = opened(await fakeStreamTurn());
    const relay = await allocate(turn);
    const lost = once(relay.lost, "abort");
    turn.stop();
    turn.each((socket) => socket.end());
    await lost;
    expect(relay.lost.reason).toHaveProperty("message", expect.stringContaining("closed"));
    expect(await relay.confirm()).toBe(false);
    relay.send(Buffer.from([1]), peer);
    await relay.close();
    expect([turn.connections, turn.heard]).toEqual([1, ["allocate"]]);
  });

  test("and hangs up on whoever comes is not called again", async () => {
    const turn = opened(await fakeStreamTurn());
    const relay = await allocate(turn);
    turn.meet = (socket) => socket.end();
    turn.each((socket) => socket.end());
    await once(relay.lost, "abort");
    await visitors(turn.server.port, 3);
    expect(turn.connections).toBe(1 + 3);
    await relay.close();
  });

  test("before there is a relay is given up at once and called no more", async () => {
    const turn = opened(await fakeStreamTurn());
    turn.answer = () => {
      turn.meet = (socket) => socket.end();
      turn.each((socket) => socket.end());
      return undefined;
    };
    await expect(allocate(turn)).rejects.toThrow("closed the connection");
    await expect(allocate(turn)).rejects.toThrow("closed the connection");
    await visitors(turn.server.port, 3);
    expect(turn.connections).toBe(2 + 3);
  });

  test("by a reset, or with what is no TURN, is no different", async () => {
    for (const end of ["reset", "HTTP/1.1 400 Bad Request\r\n\r\n"]) {
      const turn = opened(await fakeStreamTurn());
      const relay = await allocate(turn);
      const lost = once(relay.lost, "abort");
      turn.each((socket) => {
        if (end === "reset") socket.resetAndDestroy();
        else socket.write(end);
      });
      await lost;
      await relay.close();
      expect(turn.connections).toBe(1);
    }
  });
});

test("what peers send comes out as they sent it, however the stream is cut", async () => {
  const turn = opened(await fakeStreamTurn());
  const speak = (channel: number): void => {
    const say = (text: string) => padFrame(channelData(channel, Buffer.from(text)));
    turn.each((socket) => {
      for (const byte of say("hello")) socket.write(Buffer.from([byte]));
      socket.write(Buffer.concat([say("one"), say("two")]));
      socket.write(fromElsewhere("moved").bytes);
      socket.write(padFrame(channelData(channel + 1, Buffer.from("nobody's channel"))));
      socket.write(say("bye"));
    });
  };
  turn.answer = (request) => {
    if (request.messageMethod !== methods.CHANNEL_BIND) return grant()(request);
    const channel = Number(request.getAttributeValue("CHANNEL-NUMBER"));
    setImmediate(speak, channel);
    return reply(request);
  };
  const relay = await allocate(turn);
  const said: string[] = [];
  const all = new Promise<void>((resolve) => {
    relay.listen((data, from) => {
      said.push(`${data.toString()} from ${from.join(":")}`);
      if (data.toString() === "bye") resolve();
    });
  });
  relay.send(Buffer.from("?"), peer);
  await all;
  expect(said).toEqual([
    "hello from 198.51.100.1:4000",
    "one from 198.51.100.1:4000",
    "two from 198.51.100.1:4000",
    "moved from 198.51.100.1:4001", // his NAT gave him another port
    "bye from 198.51.100.1:4000",
  ]);
  await relay.close();
});

function fromElsewhere(text: string): Message {
  return new Message(methods.DATA, classes.INDICATION)
    .setAttribute("XOR-PEER-ADDRESS", [peer[0], peer[1] + 1])
    .setAttribute("DATA", Buffer.from(text));
}
