import type { IceConfiguration } from "./ice-configurations.ts";
import { isFirewall, type NatKind, type Network } from "./nat-rules.ts";

/** Where the server stands: with a public address, or behind a router of that kind. */
export const serverNetworks = ["public", "port-restricted", "symmetric"] as const;
export type ServerNetwork = (typeof serverNetworks)[number];

/** One meeting of a caller and a server. */
export interface Cell {
  readonly server: ServerNetwork;
  readonly network: Network;
  readonly ice: IceConfiguration;
}

/**
 * How a call runs: past all relays, through the caller's own relay (and how the caller reaches it), or
 * through the server's.
 */
export type Path = "direct" | "relay/udp" | "relay/tcp" | "relay/tls" | "relay/server";

/** The paths that are right for a cell; none means that WebRTC cannot, and the WebSocket carries it. */
export function expectedPaths({ server, network, ice }: Cell): readonly Path[] {
  if (isFirewall(network)) return relaysThrough(network, ice);
  if (server === "public") return ["direct"];
  switch (ice) {
    case "none":
      return [];
    case "stun":
      return meet(network, server) ? ["direct"] : [];
    case "all":
      return meet(network, server)
        ? ["direct", "relay/udp", "relay/server"]
        : ["relay/udp", "relay/tcp", "relay/tls", "relay/server"];
    case "turn-udp":
      return ["relay/udp", "relay/server", ...withoutStun(network)];
    case "turn-tcp":
      return ["relay/tcp", "relay/server", ...withoutStun(network)];
    case "turns-443":
      return ["relay/tls", "relay/server", ...withoutStun(network)];
  }
}

/** UDP is blocked, so that all depends on what the caller reaches the TURN server by. */
function relaysThrough(
  network: "udp-blocked" | "tcp-443-only" | "tls-443-only",
  ice: IceConfiguration,
): readonly Path[] {
  const streams = network === "udp-blocked" ? (["relay/tcp", "relay/tls"] as const) : ["relay/tls"];
  if (ice === "all") return streams as readonly Path[];
  if (ice === "turns-443") return ["relay/tls"];
  return ice === "turn-tcp" && network === "udp-blocked" ? ["relay/tcp"] : [];
}

/**
 * Whether two routers let their hosts meet when both know their public addresses: a symmetric one
 * shows each destination another port, which the other side must not mind.
 */
function meet(caller: NatKind, server: "port-restricted" | "symmetric"): boolean {
  switch (caller) {
    case "open":
    case "full-cone":
    case "address-restricted":
      return true;
    case "port-restricted":
      return server === "port-restricted";
    case "symmetric":
      return false;
  }
}

/** A server that knows only its private address can still call on a caller whose router lets anybody in. */
function withoutStun(caller: NatKind): readonly Path[] {
  return caller === "open" || caller === "full-cone" ? ["direct"] : [];
}
