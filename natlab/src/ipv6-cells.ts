import type { Path } from "./expectation.ts";
import { type Configuration, turnIpv6 } from "./ice-configurations.ts";
import type { Firewall6 } from "./ipv6.ts";

/** A caller with IPv6 before a public server that has both. */
export interface Ipv6Cell {
  readonly name: string;
  /** Whether the caller has IPv4 too. */
  readonly ipv4: boolean;
  readonly firewall: Firewall6;
  readonly ice: Configuration;
  /** Undefined: WebRTC cannot, and the WebSocket carries the call. */
  readonly path: Path | undefined;
}

const only = { name: "IPv6 only", ipv4: false, firewall: "stateful" } as const;
const both = { name: "IPv4 and IPv6", ipv4: true, firewall: "stateful" } as const;
const blocked = { name: "IPv6 only, UDP blocked", ipv4: false, firewall: "udp-blocked" } as const;

/** In every run of the tests. */
export const someIpv6Cells: readonly Ipv6Cell[] = [
  { ...only, ice: "none", path: "direct" },
  { ...both, ice: "stun", path: "direct" },
];

export const allIpv6Cells: readonly Ipv6Cell[] = [
  ...someIpv6Cells,
  { ...only, ice: "stun", path: "direct" },
  { ...both, ice: "none", path: "direct" },
  { ...blocked, ice: turnIpv6, path: "relay/tcp" },
  { ...blocked, ice: "none", path: undefined },
];
