import { parseServerMessage, type ConnectionReason, type Logger } from "@metered/llmrtc-core";
import { hasRelay } from "../connection/ice-servers.ts";
import { Peer } from "../connection/peer.ts";
import type { Environment } from "../environment.ts";
import { LLMRTCClientError } from "../errors.ts";
import type { PathCheck } from "./report.ts";
import type { Server } from "./server-check.ts";

export interface PathCheckOptions {
  readonly environment: Environment;
  readonly server: Server;
  readonly iceServers: readonly RTCIceServer[];
  readonly iceTransportPolicy: RTCIceTransportPolicy;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** As long as a call waits for it. */
const tryMs = 5000;

/**
 * Connects to the server as a call would: all ways first, then relays alone where that can help.
 * At most 10 s.
 *
 * @throws the signal's reason when it aborts
 * @throws {LLMRTCClientError} when the server's socket went before it was known: that says nothing of WebRTC
 */
export async function checkPath(options: PathCheckOptions): Promise<PathCheck> {
  const { server, iceServers, iceTransportPolicy } = options;
  const first = await connect(options, { policy: iceTransportPolicy, fresh: false });
  if ("connectMs" in first) return connected(first);
  const relays = hasRelay(iceServers);
  const mayRetry = server.features.has("websocket-audio") && iceTransportPolicy !== "relay";
  if (!mayRetry || !relays || first.reason === "unsupported") return failed(first.reason, relays);
  const second = await connect(options, { policy: "relay", fresh: true });
  return "connectMs" in second ? connected(second) : failed(first.reason, relays);
}

type Outcome =
  | { readonly connectMs: number; readonly pair: PathCheck["pair"] }
  | { readonly reason: ConnectionReason };

interface Try {
  readonly policy: RTCIceTransportPolicy;
  readonly fresh: boolean;
}

/** Undefined where the browser makes none. */
function openPeer(
  { environment, server, iceServers, logger }: PathCheckOptions,
  { policy, fresh }: Try,
): Peer | undefined {
  try {
    return new Peer({
      environment,
      logger,
      iceServers,
      iceTransportPolicy: policy,
      trickle: server.features.has("trickle"),
      fresh,
      watch: false,
      send: (message) => void server.signalling.send(message),
    });
  } catch (error) {
    // Its words may hold the URL and so a login.
    logger.warn(
      { name: error instanceof Error ? error.name : "" },
      "The browser made no connection",
    );
    return undefined;
  }
}

async function connect(options: PathCheckOptions, one: Try): Promise<Outcome> {
  const { environment, server, logger, signal } = options;
  const { signalling, gone } = server;
  const { clock } = environment;
  const begun = clock.now();
  const peer = openPeer(options, one);
  if (!peer) return { reason: "unsupported" };
  const ends: (() => void)[] = [];
  try {
    const up = await new Promise<boolean>((resolve) => {
      const no = (): void => {
        resolve(false);
      };
      ends.push(
        clock.after(tryMs, no),
        peer.on("lost", no),
        peer.on("connected", () => {
          resolve(true);
        }),
        signalling.on("frame", (frame) => {
          pass(frame, peer, logger);
        }),
        () => {
          signal.removeEventListener("abort", no);
          gone.removeEventListener("abort", no);
        },
      );
      signal.addEventListener("abort", no);
      gone.addEventListener("abort", no);
      if (gone.aborted) no();
      void peer.connect();
    });
    const connectMs = clock.now() - begun;
    signal.throwIfAborted();
    if (!up) gone.throwIfAborted();
    return up ? { connectMs, pair: (await peer.measure()).pair } : { reason: peer.reason };
  } finally {
    for (const end of ends) end();
    peer.close();
  }
}

function pass(frame: string, peer: Peer, logger: Logger): void {
  try {
    const message = parseServerMessage(frame);
    if (message.type === "signal") peer.negotiation.accept(message.signal.sdp, message.number);
    if (message.type === "candidate") peer.negotiation.addCandidate(message.candidate);
  } catch (error) {
    logger.debug({ error }, "Ignored a message of the server");
  }
}

function connected({ connectMs, pair }: Extract<Outcome, { connectMs: number }>): PathCheck {
  const how = pair ? `${wayOf(pair)}, ` : "";
  return {
    verdict: "ok",
    finding: `${how}connected in ${Math.round(connectMs)} ms`,
    connectMs,
    ...(pair && { pair }),
  };
}

function wayOf({ local, remote, protocol, relayProtocol = "udp" }: NonNullable<PathCheck["pair"]>) {
  if (local === "relay") return `through a TURN server over ${relayProtocol.toUpperCase()}`;
  const over = `over ${protocol.toUpperCase()}`;
  return remote === "relay" ? `through the server's TURN server ${over}` : `direct ${over}`;
}

const remedies: Partial<Record<ConnectionReason, string>> = {
  "no-answer": "The server did not answer in time: try again in a moment.",
  "no-candidates": "The browser may use no network: check extensions and policies about WebRTC.",
  credentials: "The TURN server refuses the server's credentials: tell whoever runs this page.",
  unsupported: new LLMRTCClientError("UNSUPPORTED_BROWSER", "").remedy,
};

function failed(reason: ConnectionReason, relays: boolean): PathCheck {
  const add = "Add a TURN server, also over TLS on port 443, to reach callers behind firewalls.";
  const allow =
    "Allow UDP, or TCP port 443 to the TURN server, in this network; a VPN may be in the way.";
  return {
    verdict: "failed",
    finding: findings[reason] ?? "WebRTC does not connect",
    remedy: remedies[reason] ?? (relays ? allow : add),
    reason,
  };
}

const findings: Partial<Record<ConnectionReason, string>> = {
  "no-answer": "the server does not answer the offer",
  "no-candidates": "the browser finds no address to be reached at",
  credentials: "no path, and the TURN servers refuse the credentials",
  "ice-failed": "no path: this network blocks WebRTC to the server",
  "dtls-failed": "a path, but the secure handshake does not come through",
  "media-silent": "a path, but neither sound nor messages come through",
  unsupported: "this browser makes no WebRTC connections",
};
