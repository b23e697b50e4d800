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

/** The same in IPv6 (RFC 3849), where a lab has it. */
export const addresses6 = { turn: "2001:db8::10", publicServer: "2001:db8::40" } as const;

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

/** By which of its addresses a page finds the server: the public ones in IPv4, IPv6 or both, or its router's. */
export const reaches = ["public", "ipv6", "dual", "natted"] as const;
export type Reach = (typeof reaches)[number];

export const agentAddresses: Record<Reach, readonly string[]> = {
  public: [addresses.publicServer],
  ipv6: [addresses6.publicServer],
  dual: [addresses.publicServer, addresses6.publicServer],
  natted: [sites.server.wan],
};

/** Each ICE configuration has a server of its own, told apart by name. */
export function agentHost(reach: Reach, configuration: string): string {
  return `${configuration}.${reach}.lab.test`;
}
