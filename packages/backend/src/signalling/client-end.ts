import type { Feature, ServerMessage } from "@metered/llmrtc-core";
import type { SuppliedIceServers } from "../ice/supply.ts";
import type { Outlet } from "./outlet.ts";

/** The client of a call: what it can do, and the socket through which it is reached, if there is one now. */
export class ClientEnd {
  outlet: Outlet | undefined;
  /** Beyond protocol v1, as its `hello` says. */
  features: ReadonlySet<string> = new Set();

  constructor(outlet: Outlet) {
    this.outlet = outlet;
  }

  has(feature: Feature): boolean {
    return this.features.has(feature);
  }

  /** Without a socket the message is lost. */
  send(message: ServerMessage): void {
    this.outlet?.send(message);
  }

  /** Tells a client that can change them what servers to use from now on. */
  sendIceServers({ iceServers, expiresAt }: SuppliedIceServers): void {
    if (!this.has("ice-servers")) return;
    this.send({
      type: "ice-servers",
      iceServers: [...iceServers],
      ...(expiresAt !== undefined && { expiresAt }),
    });
  }
}
