import { addressKind } from "../transport/address-kind.ts";
import type { Outcome } from "../ice/probe/fault.ts";
import type { StunReport, TurnReport } from "../ice/probe/probe.ts";
import type { Endpoint } from "../ice/probe/stun-client.ts";
import type { StunServer, TurnServer } from "../transport/webrtc/ice-servers.ts";
import { judgeCertificate } from "./doctor-certificate.ts";
import { notAllocated, unreachable } from "./doctor-faults.ts";
import type { Finding, Verdicts } from "./doctor-finding.ts";

/** The URL of a server, without its credentials. */
export function urlOf(server: StunServer | TurnServer): string {
  const name = printableHost(server.host);
  const host = name.includes(":") ? `[${name}]` : name;
  if (!("transport" in server)) return `stun:${host}:${server.port}`;
  const scheme = server.transport === "tls" ? "turns" : "turn";
  return `${scheme}:${host}:${server.port}?transport=${server.transport === "udp" ? "udp" : "tcp"}`;
}

/** Whoever takes a URL for a place to put a login in should not find it on the screen. */
function printableHost(host: string): string {
  return host.replace(/^.*@/s, "").replace(/[^\p{L}\p{N}.:_-]/gu, "?");
}

/** Whether a host name resolves, and to what calls can use. */
export function judgeName(host: string, outcome: Outcome<readonly string[]>): Finding {
  const at = { subject: printableHost(host), check: "name" };
  if (!outcome.ok) {
    const silent = outcome.fault.kind === "silent";
    return {
      ...at,
      verdict: "failed",
      finding: silent ? "the resolver does not answer" : "the name does not resolve",
      remedy: silent
        ? "Check this machine's DNS resolver."
        : "Correct the name, or this machine's DNS resolver.",
    };
  }
  const finding = outcome.value.join(", ");
  if (outcome.value.every((address) => address.includes(":"))) {
    const remedy = "Give it an IPv4 address (an A record) too: the server's calls use IPv4.";
    return { ...at, verdict: "warning", finding: `${finding}: only IPv6`, remedy };
  }
  return { ...at, verdict: "ok", finding };
}

export function judgeStun({ server, binding }: StunReport): Finding[] {
  const at = { subject: urlOf(server), check: "binding" };
  if (!binding.ok) {
    return [{ ...at, verdict: "failed", ...unreachable(binding.fault, "udp", server.port) }];
  }
  const { mapped, roundTripMs } = binding.value;
  const finding = `we are ${shown(mapped)} to it; answered in ${ms(roundTripMs)}`;
  return [{ ...at, verdict: "ok", finding }];
}

/** @param now for what is left of a certificate's time, as `Date.now()` */
export function judgeTurn(report: TurnReport, now: number): Finding[] {
  const { server, certificate, reached, allocation, echo, openPeers } = report;
  const verdicts = [
    certificate && judgeCertificate(certificate, server.host, now),
    reached && judgeReached(server, reached),
    allocation && judgeAllocation(server, allocation),
    echo && judgeEcho(echo, allocation),
    openPeers && judgePeers(openPeers),
  ];
  const subject = urlOf(server);
  return verdicts.flatMap((verdict) => (verdict ? [{ subject, ...verdict }] : []));
}

function judgeReached(server: TurnServer, reached: NonNullable<TurnReport["reached"]>): Verdicts {
  const check = "reached";
  if (!reached.ok) {
    const words = notAllocated(reached.fault, server.transport, server.port);
    return { check, verdict: "failed", ...words };
  }
  const finding = `answers over ${server.transport.toUpperCase()} in ${ms(reached.value.tookMs)}`;
  if (reached.value.asksForLogin) return { check, verdict: "ok", finding };
  return {
    check,
    verdict: "warning",
    finding: `${finding}, and relays for anybody`,
    remedy: "Require credentials on the TURN server (coturn: use-auth-secret).",
  };
}

function judgeAllocation(
  server: TurnServer,
  allocation: NonNullable<TurnReport["allocation"]>,
): Verdicts {
  const check = "allocation";
  if (!allocation.ok) {
    const words = notAllocated(allocation.fault, server.transport, server.port);
    return { check, verdict: "failed", ...words };
  }
  const { relayed, mapped, tookMs } = allocation.value;
  const finding = `relays at ${shown(relayed)}; granted in ${ms(tookMs)}`;
  // It sees us come from the internet, so callers are there too: they cannot send to 10.0.0.5.
  if (addressKind(relayed.host) === "public" || addressKind(mapped.host) !== "public") {
    return { check, verdict: "ok", finding };
  }
  return {
    check,
    verdict: "failed",
    finding: `${finding}, which callers on the internet cannot reach`,
    remedy: "Tell the TURN server its public address (coturn: external-ip=PUBLIC/PRIVATE).",
  };
}

function judgeEcho(
  { fromHere, betweenRelays }: NonNullable<TurnReport["echo"]>,
  allocation: TurnReport["allocation"],
): Verdicts {
  const check = "echo";
  if (fromHere.ok) {
    const finding = `sent through the relay and back in ${ms(fromHere.value)}`;
    return { check, verdict: "ok", finding };
  }
  const denied = fromHere.fault.kind === "refused" && fromHere.fault.code === 403;
  if (betweenRelays?.ok) {
    const finding = `passes between two relays in ${ms(betweenRelays.value)}`;
    if (denied) return { check, verdict: "ok", finding };
    const port = allocation?.ok ? allocation.value.relayed.port : 0;
    return {
      check,
      verdict: "warning",
      finding: `${finding}, but not from this machine to the relayed UDP port ${port}`,
      remedy:
        "Open the relay's UDP ports in its firewall (coturn: min-port to max-port, 49152-65535 by default), or UDP out of this network.",
    };
  }
  if (denied) {
    return {
      check,
      verdict: "unknown",
      finding: "the relay keeps its clients from this machine's address, so nothing can be sent",
      remedy: "To check it, run the doctor where callers are: outside the server's network.",
    };
  }
  return {
    check,
    verdict: "failed",
    finding: "what we send through the relay does not come back",
    remedy:
      "Open the relay's UDP ports in its firewall (coturn: min-port to max-port, 49152-65535 by default), and check its external-ip.",
  };
}

function judgePeers(openPeers: NonNullable<TurnReport["openPeers"]>): Verdicts {
  const check = "private peers";
  if (!openPeers.ok) {
    const finding = "it did not say which peers it refuses";
    return { check, verdict: "unknown", finding };
  }
  if (openPeers.value.length === 0) {
    return { check, verdict: "ok", finding: "refuses to send into private networks" };
  }
  return {
    check,
    verdict: "warning",
    finding: `lets its users send to ${openPeers.value.join(", ")}`,
    remedy:
      "Deny private peers on the TURN server, or callers reach machines behind it (coturn: denied-peer-ip=10.0.0.0-10.255.255.255 and so on).",
  };
}

function shown({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
