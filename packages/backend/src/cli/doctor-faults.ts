import type { Fault } from "../ice/probe/fault.ts";
import type { Verdicts } from "./doctor-finding.ts";

/** Words for a fault: what was found, and what to do about it. */
export type Words = Required<Pick<Verdicts, "finding" | "remedy">>;

const transports = { udp: "UDP", tcp: "TCP", tls: "TLS" } as const;

/** Why a server gave no sensible answer over a transport. */
export function unreachable(fault: Fault, transport: "udp" | "tcp" | "tls", port: number): Words {
  const over = `over ${transports[transport]}`;
  const protocol = transport === "udp" ? "UDP" : "TCP";
  switch (fault.kind) {
    case "silent":
      return {
        finding: `no answer ${over}`,
        remedy: `See that the server runs, and let ${protocol} port ${port} out of this network and into its own.`,
      };
    case "closed":
      return {
        finding: `nothing listens on ${protocol} port ${port}`,
        remedy: "Start the server there, or correct the port in the URL.",
      };
    case "unreachable":
      return {
        finding: `there is no way to it ${over}`,
        remedy: "Check this machine's network and routes.",
      };
    case "hung-up":
      return {
        finding: `it closed the connection ${over}`,
        remedy: "See that a STUN or TURN server, not another program, listens on that port.",
      };
    case "stranger":
      return {
        finding: `what answers ${over} does not speak STUN`,
        remedy:
          "Correct the port or the transport: turns: is for TLS, turn: for plain UDP and TCP.",
      };
    case "refused":
      return {
        finding: `it refuses with ${fault.code}`,
        remedy: "See the server's log for the reason.",
      };
    case "unknown-name":
    case "other":
      return {
        finding: `it cannot be reached ${over} (${fault.kind === "other" ? fault.code : "name"})`,
        remedy: "Look up that error code; check the URL and this machine's network.",
      };
  }
}

/** Why a TURN server that answers gave no relayed address. Codes: RFC 8656 section 18, RFC 8489. */
const refusals: Readonly<Record<number, Words>> = {
  300: {
    finding: "it sends us to another server (300)",
    remedy: "Configure the server that really relays.",
  },
  400: {
    finding: "it takes our request for malformed (400)",
    remedy: "See that it is a TURN server after RFC 5766 or RFC 8656.",
  },
  401: {
    finding: "it refuses the credentials (401)",
    remedy:
      "Correct username and credential. With a shared secret, compare the secret and the clocks of both machines.",
  },
  403: {
    finding: "it is forbidden to us (403)",
    remedy: "Allow this machine and this user in the TURN server's configuration.",
  },
  438: {
    finding: "it calls each nonce stale (438)",
    remedy: "See that one server answers behind that address, not several that share nothing.",
  },
  441: {
    finding: "it refuses the credentials (441)",
    remedy: "Use the credentials of the user that the allocation belongs to.",
  },
  442: {
    finding: "it does not relay over UDP (442)",
    remedy: "Allow UDP relays in the TURN server's configuration.",
  },
  486: {
    finding: "the user is over quota (486)",
    remedy: "Raise the user's quota: a call takes up to two allocations for each TURN URL.",
  },
  508: {
    finding: "it has no relayed port left (508)",
    remedy: "Raise the TURN server's total quota, or widen its range of relay ports.",
  },
};

/** Why a TURN server that answers gave no relayed address. */
export function notAllocated(fault: Fault, transport: "udp" | "tcp" | "tls", port: number): Words {
  if (fault.kind !== "refused") return unreachable(fault, transport, port);
  return refusals[fault.code] ?? unreachable(fault, transport, port);
}
