import {
  type AudioCodec,
  callHook,
  type CandidateInit,
  type ClientMessage,
  createTimingInfo,
  features,
  type IceServer,
  LLMRTCError,
  type Logger,
  MetricNames,
  type MetricsAdapter,
  parseClientMessage,
  PROTOCOL_VERSION,
  type ServerHooks,
  type ServerMessage,
} from "@metered/llmrtc-core";
import type { WebSocket } from "ws";
import type { IceTransportPolicy } from "../ice/choose.ts";
import type { IceRenewal } from "../ice/renewal.ts";
import type { SuppliedIceServers } from "../ice/supply.ts";
import type { SessionOwner, SessionRegistry } from "../session/registry.ts";
import type { Session, SessionServices } from "../session/session.ts";
import { Line } from "../transport/line.ts";
import type { Transport } from "../transport/transport.ts";
import type { WebRtcTransport } from "../transport/webrtc/transport.ts";
import { openWebSocketTransport } from "../transport/websocket/transport.ts";

export interface ConnectionServices {
  readonly sessions: SessionRegistry;
  /** What this caller's session works with. */
  readonly session: SessionServices;
  /** Servers for the call of a session, and for as long as it runs; `renewed` gets later ones. */
  readonly iceServers: (
    sessionId: string,
    renewed: (servers: SuppliedIceServers) => void,
  ) => IceRenewal;
  /** What the client is told to use. */
  readonly iceTransportPolicy: IceTransportPolicy | undefined;
  readonly openTransport: (iceServers: readonly IceServer[]) => Promise<WebRtcTransport>;
  readonly hooks: ServerHooks;
  readonly metrics: MetricsAdapter;
  readonly logger: Logger;
  /** A client that sends no `ping` for this long is gone. */
  readonly heartbeatTimeoutMs: number;
}

/** WebSocket close codes of ours (RFC 6455 section 7.4.2: 4000-4999 are private use). */
export const closeCodes = {
  goingAway: 1001,
  policyViolation: 1008,
  internalError: 1011,
  heartbeatTimeout: 4408,
  replaced: 4409,
  hungUp: 4410,
} as const;

const maxInvalidMessages = 50;
const maxEarlyCandidates = 64;
/** A client that does not read this much is gone. */
const maxUnsentBytes = 8 * 1024 * 1024;

/** One client's message loop: its socket, its peer, and the session that it speaks for. */
export class Connection implements SessionOwner {
  readonly #socket: WebSocket;
  readonly #services: ConnectionServices;
  readonly #session: Session;
  readonly #openedAt = Date.now();
  readonly #earlyCandidates: (CandidateInit | null)[] = [];
  #peer: WebRtcTransport | undefined;
  /** While sound goes over the socket. */
  #audio: Transport | undefined;
  /** What the session sees of both. */
  #line: Line | undefined;
  readonly #ice: IceRenewal;
  #iceServers: readonly IceServer[] = [];
  #features: ReadonlySet<string> = new Set();
  #heartbeat: NodeJS.Timeout | undefined;
  #invalid = 0;
  /** Messages are handled one after another; `ready` comes first. */
  #work: Promise<void>;
  #closed = false;

  /** Listens at once: frames that came with the upgrade request are not lost and cannot throw. */
  constructor(socket: WebSocket, services: ConnectionServices) {
    this.#socket = socket;
    this.#services = services;
    this.#session = services.sessions.create(this, services.session);
    this.#session.on("message", (message) => {
      this.#deliver(message);
    });
    socket.on("error", (error) => {
      services.logger.warn({ error, sessionId: this.id }, "WebSocket error"); // close follows
    });
    socket.on("close", () => {
      this.#close();
    });
    socket.on("message", (data, isBinary) => {
      if (!isBinary) this.#receive((data as Buffer).toString("utf8"));
      else if (!this.#audio) this.#refuse(invalid("A binary frame before audio-start"));
    });
    this.#ice = services.iceServers(this.id, (servers) => {
      this.#renewIceServers(servers);
    });
    this.#beat();
    this.#work = this.#greet();
  }

  /** The session's id; the client's name in hooks, events and logs. */
  get id(): string {
    return this.#session.id;
  }

  /** Another connection took the session over. */
  replaced(): void {
    this.#socket.close(closeCodes.replaced, "session resumed elsewhere");
  }

  /** The agent, or the application, has ended the call. */
  hungUp(reason: string): void {
    this.#send({ type: "hang-up", reason });
    this.#socket.close(closeCodes.hungUp, "hung up");
  }

  /** Ends the connection; the session waits for its caller. */
  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  async #greet(): Promise<void> {
    const { hooks, logger, iceTransportPolicy } = this.#services;
    await callHook(hooks.onConnection, logger, this.id, this.id);
    this.#iceServers = (await this.#ice.open()).iceServers;
    this.#send({
      type: "ready",
      id: this.id,
      protocolVersion: PROTOCOL_VERSION,
      iceServers: [...this.#iceServers],
      ...(iceTransportPolicy && { iceTransportPolicy }),
      mode: "pipeline",
      features: [...features],
    });
  }

  /** Credentials come to their end while the call goes on: the next ICE restart needs new ones. */
  #renewIceServers({ iceServers, expiresAt }: SuppliedIceServers): void {
    this.#iceServers = iceServers;
    this.#peer?.setIceServers(iceServers);
    if (!this.#features.has("ice-servers")) return;
    this.#send({
      type: "ice-servers",
      iceServers: [...iceServers],
      ...(expiresAt !== undefined && { expiresAt }),
    });
  }

  #receive(frame: string): void {
    let message: ClientMessage;
    try {
      message = parseClientMessage(frame);
    } catch (error) {
      this.#refuse(error);
      return;
    }
    if (message.type === "ping") {
      this.#beat();
      this.#send({ type: "pong", timestamp: message.timestamp });
      return;
    }
    // Not behind an offer that is being answered: it is about now.
    if (message.type === "playout") {
      this.#session.attest(message);
      return;
    }
    if (message.type === "turn") {
      this.#session.turn(message.action);
      return;
    }
    if (message.type === "turn-detection") {
      this.#session.manual = message.mode === "manual";
      return;
    }
    this.#work = this.#work
      .then(() => (this.#closed ? undefined : this.#handle(message)))
      .catch((error: unknown) => {
        this.#refuse(error);
      });
  }

  async #handle(
    message: Exclude<ClientMessage, { type: "ping" | "playout" | "turn" | "turn-detection" }>,
  ): Promise<void> {
    switch (message.type) {
      case "hello":
        this.#features = new Set(message.features);
        this.#session.features = message.features;
        if (message.turnDetection) this.#session.manual = message.turnDetection === "manual";
        return;
      case "offer":
      case "signal":
        return this.#accept(message.signal.sdp, message.type === "offer" && message.fresh === true);
      case "candidate":
        this.#addCandidate(message.candidate);
        return;
      case "reconnect":
        return this.#resume(message.sessionId);
      case "text":
        this.#session.read(message.text, message.attachments);
        return;
      case "audio":
        this.#session.hear(Buffer.from(message.data, "base64"), message.attachments);
        return;
      case "attachments":
        this.#session.show(message.attachments);
        return;
      case "interrupt":
        this.#session.interrupt();
        return;
      case "typing":
        this.#session.typing();
        return;
      case "audio-start":
        await this.#startAudio(message.codec);
        return;
      case "audio-stop":
        await this.#audio?.close();
        return;
      case "bye":
        await this.#services.sessions.remove(this.#session);
        this.#socket.close(1000, "bye");
    }
  }

  async #accept(sdp: string, fresh: boolean): Promise<void> {
    const before = this.#peer;
    const transport = before && !fresh ? before : await this.#openPeer();
    if (before !== transport) await before?.close();
    const answer = await transport.acceptOffer(sdp, { trickle: this.#features.has("trickle") });
    this.#send({ type: "signal", signal: { type: "answer", sdp: answer } });
    for (const candidate of this.#earlyCandidates.splice(0)) transport.addCandidate(candidate);
  }

  async #openPeer(): Promise<WebRtcTransport> {
    const transport = await this.#services.openTransport(this.#iceServers);
    if (this.#closed) {
      await transport.close();
      throw new LLMRTCError("CLOSED", "The connection is closed");
    }
    this.#peer = transport;
    transport.on("candidate", (candidate) => {
      if (this.#peer === transport && this.#features.has("trickle"))
        this.#send({ type: "candidate", candidate });
    });
    transport.on("message", (frame) => {
      this.#receive(frame);
    });
    transport.on("end", () => {
      if (this.#peer === transport) this.#peer = undefined;
    });
    this.#carryBy(transport);
    return transport;
  }

  async #startAudio(codec: AudioCodec): Promise<void> {
    const before = this.#audio;
    const audio = openWebSocketTransport(this.#socket, { codec, logger: this.#services.logger });
    this.#audio = audio;
    audio.on("invalid", (why) => {
      this.#refuse(invalid(why));
    });
    audio.on("end", () => {
      if (this.#audio === audio) this.#audio = undefined;
    });
    this.#carryBy(audio);
    await before?.close();
    this.#send({ type: "audio-started" });
  }

  /** The call goes on, or begins, over another way. */
  #carryBy(way: Transport): void {
    if (this.#line) {
      this.#line.add(way);
      return;
    }
    const line = new Line();
    this.#line = line;
    line.on("end", () => {
      if (this.#line === line) this.#line = undefined;
    });
    line.add(way);
    this.#session.attach(line);
  }

  #addCandidate(candidate: CandidateInit | null): void {
    if (this.#peer) this.#peer.addCandidate(candidate);
    else if (this.#earlyCandidates.length < maxEarlyCandidates)
      this.#earlyCandidates.push(candidate);
  }

  /** The caller comes back to an earlier session: its history goes on over this connection. */
  async #resume(id: string): Promise<void> {
    const { sessions, metrics } = this.#services;
    const success = await sessions.resume(id, this.#session);
    if (success) metrics.increment(MetricNames.RECONNECTIONS);
    this.#send({
      type: "reconnect-ack",
      success,
      sessionId: this.id,
      historyRecovered: success && this.#session.history.messages.length > 0,
    });
  }

  /** Turn messages: on one channel, or on both for clients that know only protocol v1. */
  #deliver(message: ServerMessage): void {
    const frame = JSON.stringify(message);
    const sent = this.#line?.sendMessage(frame) ?? false;
    if (!sent || !this.#features.has("one-channel")) this.#sendFrame(frame);
  }

  #send(message: ServerMessage): void {
    this.#sendFrame(JSON.stringify(message));
  }

  #sendFrame(frame: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > maxUnsentBytes) {
      this.#socket.terminate();
      return;
    }
    this.#socket.send(frame);
  }

  /** Says what was wrong; too many wrong messages cost the connection. */
  #refuse(error: unknown): void {
    const { logger } = this.#services;
    const known = error instanceof LLMRTCError;
    if (known)
      logger.warn({ code: error.code, reason: error.message, sessionId: this.id }, "refused");
    else logger.error({ error, sessionId: this.id }, "a message could not be handled");
    this.#send({
      type: "error",
      code: known ? error.code : "INTERNAL_ERROR",
      message: known ? error.message : "The server could not handle this message",
    });
    if (known && error.code === "INVALID_MESSAGE" && ++this.#invalid > maxInvalidMessages) {
      this.#socket.close(closeCodes.policyViolation, "too many invalid messages");
    }
  }

  #beat(): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => {
      this.#socket.close(closeCodes.heartbeatTimeout, "no ping");
      this.#socket.terminate();
    }, this.#services.heartbeatTimeoutMs);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#heartbeat);
    this.#ice.close();
    const { hooks, metrics, logger, sessions } = this.#services;
    sessions.release(this.#session);
    const timing = createTimingInfo(this.#openedAt);
    metrics.timing(MetricNames.SESSION_DURATION, timing.durationMs);
    void callHook(hooks.onDisconnect, logger, this.id, timing);
  }
}

function invalid(why: string): LLMRTCError {
  return new LLMRTCError("INVALID_MESSAGE", why);
}
