/**
 * Who lives where. All public hosts share one bridge, which stands for the internet: RFC 5737's
 * TEST-NET-3. Each lab has these addresses to itself, since its namespaces see no other.
 */
export const addresses = {
  /** Default route of all public hosts: swallows what has no owner, as the internet does. */
  sink: "203.0.113.1",
  turn: "203.0.113.10",
  /** The TURN server's second address, which RFC 5780 needs to tell kinds of NAT apart. */
  turnAlternate: "203.0.113.11",
  publicServer: "203.0.113.40",
} as const;

/** A private network behind a router with one public address. */
export interface Site {
  readonly host: string;
  readonly router: string;
  readonly wan: string;
}

export const sites = {
  /** The caller's first network. */
  wifi: { host: "10.0.1.2", router: "10.0.1.1", wan: "203.0.113.20" },
  /** The caller's second network, down at the start. */
  cellular: { host: "10.0.3.2", router: "10.0.3.1", wan: "203.0.113.21" },
  /** The server's, when it is not public. Port 443 (TCP) is forwarded to it. */
  server: { host: "10.0.2.2", router: "10.0.2.1", wan: "203.0.113.30" },
} as const satisfies Record<string, Site>;

export type SiteName = keyof typeof sites;

/** Where the agent's server stands. */
export type Placement = "public" | "natted";

/** The TURN server's name, as `turns:` needs one for its certificate. */
export const turnHost = "turn.lab.test";

/** Each ICE configuration has a server of its own, told apart by name. */
export function agentHost(placement: Placement, configuration: string): string {
  return `${configuration}.${placement}.lab.test`;
}
