import {
  type ClientMessage,
  LLMRTCError,
  type Logger,
  parseClientMessage,
  type ServerMessage,
} from "@metered/llmrtc-core";
import type { WebSocket } from "ws";
import type { ReturnGate } from "../security/return-gate.ts";
import type { CallServices } from "./call-services.ts";
import { Call, type LiveCalls } from "./call.ts";
import { closeCodes } from "./close-codes.ts";
import type { Outlet } from "./outlet.ts";
import { logRefusal, refusalMessage } from "./refusal.ts";
import { logSocketError } from "./socket-error.ts";

export interface ConnectionServices extends CallServices, LiveCalls {
  /** In a full server: what the caller must pass before anything else is done for him. */
  readonly gate?: ReturnGate | undefined;
  /** A client that sends no `ping` for this long is gone. */
  readonly heartbeatTimeoutMs: number;
}

/** The network broke the socket (RFC 6455, 7.4.1), or seems to have. With any other code one end meant it. */
const mishaps: ReadonlySet<number> = new Set([1006, closeCodes.heartbeatTimeout]);
const maxInvalidMessages = 50;
/** A client that does not read this much is gone. */
const maxUnsentBytes = 8 * 1024 * 1024;

/** One client's socket: its frames, its heartbeat, and the call that it speaks for. */
export class Connection implements Outlet {
  readonly socket: WebSocket;
  readonly #services: ConnectionServices;
  readonly #logger: Logger;
  #call: Call;
  #heartbeat: NodeJS.Timeout | undefined;
  #invalid = 0;

  /** Listens at once: frames that came with the upgrade request are not lost and cannot throw. */
  constructor(socket: WebSocket, services: ConnectionServices) {
    this.socket = socket;
    this.#services = services;
    this.#logger = services.logger;
    this.#call = new Call(this, services);
    socket.on("error", (error) => {
      logSocketError(services.logger, error, { sessionId: this.id });
    });
    socket.on("close", (code) => {
      clearTimeout(this.#heartbeat);
      if (services.gate?.isOpen === false) void this.#call.discard({ isAttempt: true });
      else this.#call.lose(this, { mayReturn: mishaps.has(code) });
    });
    socket.on("message", (data, isBinary) => {
      if (!isBinary) this.receive((data as Buffer).toString("utf8"));
      else if (!this.#call.hasAudio) this.refuse(invalid("A binary frame before audio-start"));
    });
    this.#beat();
  }

  /** The session's id; the client's name in hooks, events and logs. */
  get id(): string {
    return this.#call.id;
  }

  replaced(): void {
    this.close(closeCodes.replaced, "session resumed elsewhere");
  }

  /** Ends the connection; the session waits for its caller. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** The server stops. */
  sayGoodbye(): void {
    this.#call.giveUp("remote-closed");
    this.close(closeCodes.goingAway, "server stops");
  }

  /** The server is full, and the caller is not one who comes back. */
  turnAway(): void {
    this.#call.giveUp("busy");
    const message = "The server takes no more calls at the moment";
    this.send({ type: "error", code: "SERVER_BUSY", message });
    this.close(closeCodes.busy, "server is full");
  }

  receive(frame: string): void {
    let message: ClientMessage;
    try {
      message = parseClientMessage(frame);
    } catch (error) {
      this.refuse(error);
      return;
    }
    if (this.#services.gate?.passes(message) === false) return;
    if (message.type === "ping") {
      this.#beat();
      this.send({ type: "pong", timestamp: message.timestamp });
    } else if (!(message.type === "reconnect" && message.peer && this.#resume(message.sessionId))) {
      this.#call.take(message);
    }
  }

  send(message: ServerMessage): void {
    this.sendFrame(JSON.stringify(message));
  }

  sendFrame(frame: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > maxUnsentBytes) {
      this.socket.terminate();
      return;
    }
    this.socket.send(frame);
  }

  refuse(error: unknown): void {
    logRefusal(this.#logger, error, this.id);
    this.send(refusalMessage(error));
    const isInvalid = error instanceof LLMRTCError && error.code === "INVALID_MESSAGE";
    if (isInvalid && ++this.#invalid > maxInvalidMessages) {
      this.close(closeCodes.policyViolation, "too many invalid messages");
    }
  }

  /** At once, before `ready`: the caller hears a gap until his new path is negotiated. */
  #resume(sessionId: string): boolean {
    const call = [...this.#services.calls].find(({ id }) => id === sessionId);
    if (!call || call === this.#call) return false;
    const own = this.#call;
    this.#call = call;
    if (!call.resume(this)) {
      this.#call = own;
      return false;
    }
    this.#logger.info({ sessionId, openedAs: own.id }, "caller is back");
    void own.discard({ isAttempt: false });
    return true;
  }

  #beat(): void {
    clearTimeout(this.#heartbeat);
    this.#heartbeat = setTimeout(() => {
      this.close(closeCodes.heartbeatTimeout, "no ping");
      this.socket.terminate();
    }, this.#services.heartbeatTimeoutMs);
  }
}

function invalid(why: string): LLMRTCError {
  return new LLMRTCError("INVALID_MESSAGE", why);
}
