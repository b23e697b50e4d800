import type { Site } from "./addresses.ts";

/** By how a router maps and filters UDP (RFC 4787), and what firewalls let out. */
export const natKinds = [
  "open",
  "full-cone",
  "address-restricted",
  "port-restricted",
  "symmetric",
] as const;

export const firewalls = ["udp-blocked", "tcp-443-only", "tls-443-only"] as const;

export type NatKind = (typeof natKinds)[number];
export type Firewall = (typeof firewalls)[number];
export type Network = NatKind | Firewall;

export const networks: readonly Network[] = [...natKinds, ...firewalls];

export function isFirewall(network: Network): network is Firewall {
  return (firewalls as readonly Network[]).includes(network);
}

interface Rules {
  /** Before routing: who may come in, and to whom. */
  readonly inward?: string;
  /** After routing: which address and port the outside sees. */
  readonly outward?: string;
  readonly forward?: string;
}

/**
 * What makes a router of that kind, as nftables rules for its namespace.
 *
 * @param forwarded TCP ports that the outside may reach on the host
 */
export function natRules(
  network: Network,
  { host, wan }: Site,
  forwarded: readonly number[] = [],
): string {
  const {
    inward = "",
    outward = `oifname wan snat to ${wan}`,
    forward = "",
  } = rules(network, {
    host,
    wan,
  });
  const forwards = forwarded.map((port) => `iifname wan tcp dport ${port} dnat to ${host}`);
  return `flush ruleset
table ip lab {
  map mapped { type inet_service : ipv4_addr; flags dynamic,timeout; timeout 120s; size 65535; }
  set spoken { type ipv4_addr . inet_service; flags dynamic,timeout; timeout 120s; size 65535; }
  chain inward { type nat hook prerouting priority dstnat;
    ${[...forwards, inward].join("\n    ")}
  }
  chain outward { type nat hook postrouting priority srcnat;
    ${outward}
  }
  chain through { type filter hook forward priority filter; policy accept;
    ${forward}
    iifname wan ct status dnat accept
    iifname wan ct state new drop
    iifname wan ct state invalid drop
  }
  # Unsolicited packets must not reach the router itself: connection tracking would confirm them, and
  # the host's own next packet on that port would be given another one.
  chain own { type filter hook input priority filter; policy accept;
    iifname wan drop
    iifname lan ip daddr ${wan} drop
  }
}
`;
}

/** The map is refreshed while forwarding, since NAT chains see only the first packet of a flow. */
const rememberPort = "oifname wan meta l4proto udp update @mapped { udp sport : ip saddr }";
const toMapped = "dnat to udp dport map @mapped";

function rules(network: Network, { host, wan }: Pick<Site, "host" | "wan">): Rules {
  switch (network) {
    case "open": // one to one, like a cloud's elastic address
      return { inward: `iifname wan dnat to ${host}` };
    case "full-cone":
      return { inward: `iifname wan meta l4proto udp ${toMapped}`, forward: rememberPort };
    case "address-restricted":
      return {
        inward: `iifname wan meta l4proto udp ip saddr . udp dport @spoken ${toMapped}`,
        forward: `${rememberPort}
    oifname wan meta l4proto udp update @spoken { ip daddr . udp sport }`,
      };
    case "port-restricted": // what Linux does by itself
      return {};
    case "symmetric":
      return {
        outward: `oifname wan meta l4proto { tcp, udp } snat to ${wan}:20000-60000 fully-random
    oifname wan snat to ${wan}`,
      };
    case "udp-blocked":
      return { forward: "meta l4proto udp drop" };
    case "tcp-443-only":
      return { forward: only443 };
    case "tls-443-only": // the first bytes must be those of a TLS record, else the firewall hangs up
      return {
        forward: `${only443}
    ct mark 1 accept
    iifname lan @ih,0,16 0x1603 ct mark set 1 accept
    iifname lan @ih,0,8 >= 0 reject with tcp reset`,
      };
  }
}

const only443 = `iifname lan meta l4proto udp drop
    iifname lan tcp dport != 443 drop`;
