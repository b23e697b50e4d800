import { encodeAudioFrame } from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { Line } from "../src/transport/line.ts";
import type { Transport } from "../src/transport/transport.ts";
import { SocketSpeaker } from "../src/transport/websocket/speaker.ts";
import { MemoryTransport } from "./memory-transport.ts";
import { isLoud, nextEvent, readAll, tone, transportContract } from "./transport-contract.ts";
import { WebSocketCaller } from "./websocket-caller.ts";

const times = { silentAfterMs: 1000, goneAfterMs: 1000 };

transportContract("WebSocket", {
  connect: () => WebSocketCaller.connect({ codec: "opus", times }),
});

function lineOver(transport: Transport): Line {
  const line = new Line();
  line.add(transport);
  return line;
}

transportContract("A line over a WebSocket", {
  connect: () => WebSocketCaller.connect({ codec: "pcm", times }, lineOver),
});

async function calling(body: (call: WebSocketCaller) => Promise<void>): Promise<void> {
  const call = await WebSocketCaller.connect({ codec: "pcm" });
  try {
    await body(call);
  } finally {
    await call.close();
  }
}

describe("sound over the socket", () => {
  test("time goes on through silence, which is not sent", () =>
    calling(async ({ transport, times }) => {
      transport.sendFrame(tone(20, 24_000));
      for (let n = 0; n < 49; n++) transport.sendFrame(undefined);
      transport.sendFrame(tone(20, 24_000));
      await expect.poll(() => times).toEqual([0, 1000]);
    }));

  test("what the caller does not take in time is dropped, and the sound goes on afterwards", () =>
    calling(async ({ transport, socket, serverSocket, times }) => {
      Object.defineProperty(serverSocket, "bufferedAmount", { value: 1e6, configurable: true });
      for (let n = 0; n < 10; n++) transport.sendFrame(tone(20, 24_000));
      Reflect.deleteProperty(serverSocket, "bufferedAmount");
      expect(serverSocket.bufferedAmount).toBe(0);
      transport.sendFrame(tone(20, 24_000));
      await expect.poll(() => times).toEqual([200]);
      expect(socket.readyState).toBe(socket.OPEN);
    }));

  test("a caller who answers no ping for long gets no more sound to catch up with", () =>
    calling(async ({ transport, socket, serverSocket, times }) => {
      await new Promise((resolve) => serverSocket.once("pong", resolve));
      socket.pause();
      const endsAt = performance.now() + 4000;
      let sent = 0;
      for (; performance.now() < endsAt; sent++) {
        transport.sendFrame(tone(20, 24_000));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      socket.resume();
      await new Promise((resolve) => serverSocket.once("pong", resolve));
      expect(times.length * 20).toBeLessThan(3000);
      expect(sent - times.length).toBeGreaterThan(30);
    }));

  test("sound in another codec is refused", () =>
    calling(async ({ transport, socket }) => {
      const invalid = nextEvent(transport, "invalid");
      const payload = Uint8Array.of(8);
      socket.send(encodeAudioFrame({ codec: "opus", sequence: 0, timestamp: 0, payload }));
      await expect(invalid).resolves.toBe("binary frame that is not pcm");
    }));

  test("closing it leaves the socket open, and unheard", () =>
    calling(async ({ transport, socket, serverSocket }) => {
      await transport.close();
      socket.send("text");
      await new Promise((resolve) => serverSocket.once("message", resolve));
      expect(serverSocket.listenerCount("pong")).toBe(0);
    }));

  test("a dropped frame leaves a hole in the numbers", () => {
    const speaker = new SocketSpeaker("opus");
    const frame = tone(20, 24_000);
    const first = speaker.next(frame);
    speaker.drop(frame);
    speaker.drop(undefined);
    const second = speaker.next(frame);
    expect([first?.[3], second?.[3]]).toEqual([0, 2]);
  });
});

describe("a line", () => {
  class PeerTransport extends MemoryTransport {
    override readonly kind: "webrtc" | "websocket" = "webrtc";
  }

  test("carries the call over the socket while there is one, else over the newest peer", async () => {
    const line = new Line();
    const microphone = readAll(line.microphone);
    const [first, socket, second] = [
      new PeerTransport(),
      new MemoryTransport(),
      new PeerTransport(),
    ];
    const ends: string[] = [];
    line.on("end", (reason) => ends.push(reason));
    const frame = tone(20, 24_000);
    const sent = () => [first, socket, second].map((way) => way.sent.length);

    line.add(first);
    line.sendFrame(frame);
    expect([line.kind, ...sent()]).toEqual(["webrtc", 1, 0, 0]);
    line.add(socket);
    line.sendFrame(frame);
    expect([line.kind, ...sent()]).toEqual(["websocket", 1, 1, 0]);
    await first.close();
    line.add(second);
    line.sendFrame(frame);
    expect([line.kind, ...sent()]).toEqual(["websocket", 1, 2, 0]);
    await socket.close();
    line.sendFrame(frame);
    expect([line.kind, ...sent()]).toEqual(["webrtc", 1, 2, 1]);

    second.speak(100, 0);
    await expect.poll(() => microphone.frames.filter(isLoud).length).toBe(5);
    await second.close();
    await microphone.ended;
    expect(ends).toEqual(["closed"]);
  });

  test("knows what was sent after a place in the sound of a peer, not of the socket", () => {
    const line = new Line();
    const [peer, socket] = [new PeerTransport(), new MemoryTransport()];
    Object.defineProperty(socket, "sentAfterMs", { value: undefined });
    expect(line.sentAfterMs(40)).toBeUndefined();
    line.add(peer);
    expect([line.sentAfterMs(40), line.sentAfterMs(null)]).toEqual([40, Infinity]);
    line.add(socket);
    expect([line.sentAfterMs(40), line.sentAfterMs(null)]).toEqual([undefined, undefined]);
  });

  test("hears only the way that carries the call", async () => {
    const line = new Line();
    const microphone = readAll(line.microphone);
    const [peer, socket] = [new PeerTransport(), new MemoryTransport()];
    line.add(peer);
    line.add(socket);
    peer.speak(100, 0);
    socket.speak(40, 0);
    await expect.poll(() => microphone.frames.length).toBe(2);
    await line.close();
    expect([peer.closed, socket.closed]).toEqual([true, true]);
    await microphone.ended;
    expect(microphone.frames).toHaveLength(2);
  });
});
