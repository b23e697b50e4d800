import { type ClientMessage, type IceServer, silentLogger } from "@metered/llmrtc-core";
import { manualClock, settle } from "@metered/llmrtc-testing";
import { vi } from "vitest";
import type { Environment } from "../../src/environment.ts";
import {
  preflight,
  type PreflightOptions,
  type PreflightReport,
} from "../../src/preflight/index.ts";
import { FakePeer, FakeSocket } from "../fake-network.ts";

/** A server that greets, measures, and takes no offer. */
class GreetingSocket extends FakeSocket {
  /** What it does about what it is told, but a ping. */
  heard: (message: ClientMessage) => void = () => undefined;

  override send(text: string): void {
    super.send(text);
    const message = this.sent.at(-1);
    if (message?.type === "ping") {
      queueMicrotask(() => {
        this.say({ type: "pong", timestamp: message.timestamp });
      });
    } else if (message) this.heard(message);
  }
}

/** It gives a relay when it is asked, through which nothing comes. */
export class RelayingPeer extends FakePeer {
  override async setLocalDescription(): Promise<void> {
    await super.setLocalDescription();
    queueMicrotask(() => {
      this.find("candidate:1 1 udp 1 203.0.113.1 5 typ relay");
    });
  }
}

interface Options extends Partial<PreflightOptions> {
  readonly createPeer?: (configuration: RTCConfiguration) => FakePeer;
  /** The browser's. Absent: it knows no microphones. */
  readonly mediaDevices?: { readonly getUserMedia: () => Promise<unknown> };
}

/** One check whose clock, socket and peers are the test's. Without a microphone, unless the test wants one. */
export function startCheck({ createPeer, mediaDevices, ...options }: Options = {}) {
  vi.stubGlobal("location", { origin: "https://page.example" });
  vi.stubGlobal("navigator", { mediaDevices, userAgent: "Browser/1" });
  const clock = manualClock();
  const sockets: GreetingSocket[] = [];
  const environment: Environment = {
    clock,
    random: () => 0.5,
    openSocket(url, protocols) {
      const socket = new GreetingSocket(url, protocols);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    createPeer: (configuration) =>
      (createPeer?.(configuration) ?? new FakePeer(configuration)) as unknown as RTCPeerConnection,
    createStream: () => ({}) as MediaStream,
    openSocketAudio: () => Promise.reject(new Error("there is no call")),
    onNetworkChange: () => () => undefined,
  };
  const outcome = preflight(
    { signallingUrl: "ws://agent", microphone: false, logger: silentLogger, ...options },
    environment,
  );
  outcome.catch(() => undefined); // the test asks for it later
  return {
    clock,
    sockets,
    get socket(): GreetingSocket {
      const [socket] = sockets;
      if (!socket) throw new Error("there is none yet");
      return socket;
    },
    outcome,
    /** The server's greeting, with its ICE servers. */
    async greet(iceServers: readonly IceServer[] = []): Promise<void> {
      await settle();
      this.socket.open();
      this.socket.say({
        type: "ready",
        id: "s1",
        protocolVersion: 1,
        features: ["trickle", "websocket-audio"],
        iceServers: [...iceServers],
      });
      await settle();
    },
    /** Lets a minute pass: longer than any check. */
    async report(): Promise<PreflightReport> {
      await clock.advance(60_000);
      return await Promise.race([outcome, Promise.reject(new Error("The check has not ended"))]);
    },
  };
}
