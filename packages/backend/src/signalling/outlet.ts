import type { ServerMessage } from "@metered/llmrtc-core";
import type { WebSocket } from "ws";

/** The socket through which a call speaks with its client now. */
export interface Outlet {
  readonly socket: WebSocket;
  send(message: ServerMessage): void;
  sendFrame(frame: string): void;
  /** One text frame that came elsewhere, to be read as if it had come here. */
  receive(frame: string): void;
  /** Says what was wrong; too many wrong messages cost the connection. */
  refuse(error: unknown): void;
  /** Another socket has taken its place. */
  replaced(): void;
  close(code: number, reason: string): void;
}
