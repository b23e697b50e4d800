import type { Binding } from "../ice/probe/binding.ts";
import type { Outcome } from "../ice/probe/fault.ts";
import type { StunReport } from "../ice/probe/probe.ts";
import type { TurnReport } from "../ice/probe/turn-visit.ts";
import type { StunServer, TurnServer } from "../transport/webrtc/ice-servers.ts";
import { judgeCertificate } from "./doctor-certificate.ts";
import { notAllocated, unreachable } from "./doctor-faults.ts";
import type { Finding, Verdicts } from "./doctor-finding.ts";
import { judgeRelay, ms, shown } from "./doctor-relay.ts";

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
  return [{ ...at, verdict: "ok", finding: mappedAs(binding.value) }];
}

/** @param now for what is left of a certificate's time, as `Date.now()` */
export function judgeTurn(report: TurnReport, now: number): Finding[] {
  const { server, certificate, reached, binding } = report;
  const verdicts = [
    certificate && judgeCertificate(certificate, server.host, now),
    reached && judgeReached(server, reached),
    binding && judgeBinding(binding, { relays: reached?.ok === true }),
    ...judgeRelay(report),
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
    verdict: "failed",
    finding: `${finding}, and relays for anybody`,
    remedy: "Require credentials on the TURN server (coturn: use-auth-secret).",
  };
}

function judgeBinding(
  binding: NonNullable<TurnReport["binding"]>,
  { relays }: { readonly relays: boolean },
): Verdicts | undefined {
  const check = "binding";
  if (binding.ok) return { check, verdict: "ok", finding: mappedAs(binding.value) };
  if (!relays) return undefined; // the line above says all
  return {
    check,
    verdict: "warning",
    finding: "relays, but answers no STUN request: callers learn no address of theirs from it",
    remedy: "Let it answer STUN too (coturn: without no-stun and secure-stun).",
  };
}

function mappedAs({ mapped, roundTripMs }: Binding): string {
  return `we are ${shown(mapped)} to it; answered in ${ms(roundTripMs)}`;
}
