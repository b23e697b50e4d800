import type { IceServerList } from "../transport/webrtc/ice-servers.ts";
import type { Finding } from "./doctor-finding.ts";

/** Which networks of callers the list serves, and what in it nobody uses. */
export function judgeCoverage({ stun, turn, ignored }: IceServerList): Finding[] {
  const at = { subject: "ICE servers", check: "coverage" };
  const unused = ignored.map((url): Finding => ({
    subject: "ICE servers",
    check: "unused",
    verdict: "warning",
    finding: `${withoutLogin(url)} is not used`,
    remedy:
      "Write stun:HOST:PORT, turn:HOST:PORT?transport=udp (or tcp) or turns:HOST:PORT, and give TURN a username and credential.",
  }));
  if (turn.length === 0) {
    return [
      ...unused,
      {
        ...at,
        verdict: "warning",
        finding: stun.length > 0 ? "STUN only, no TURN" : "none: only direct connections",
        remedy:
          "Configure TURN: without it callers connect from most networks only if this machine is public, and from those that block UDP not at all.",
      },
    ];
  }
  const ways = new Set(turn.map(({ transport }) => transport.toUpperCase()));
  const finding = `${stun.length > 0 ? "STUN; " : ""}TURN over ${[...ways].join(", ")}`;
  if (turn.some(({ transport, port }) => transport === "tls" && port === 443)) {
    return [...unused, { ...at, verdict: "ok", finding: `${finding}, with TLS on port 443` }];
  }
  return [
    ...unused,
    {
      ...at,
      verdict: "warning",
      finding: `${finding}, but no TLS on port 443`,
      remedy: "Add turns:HOST:443?transport=tcp: some offices let nothing else out.",
    },
  ];
}

/** A URL that nobody could read may hold anything, also a login before an @. */
function withoutLogin(url: string): string {
  const [, scheme = "", rest = ""] = /^(\w{1,8}):(?:.*@)?(.*)$/s.exec(url) ?? [];
  return `${scheme}:${rest
    .replace(/\?.*$/s, "")
    .replace(/[^\w.:[\]/-]/g, "?")
    .slice(0, 80)}`;
}
