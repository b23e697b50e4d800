import { shownMs } from "./milliseconds.ts";
import type { Check } from "./report.ts";
import type { IceTarget } from "./ice-targets.ts";

/** How asking one server ended. Times are in ms. */
export type IceAnswer =
  | { readonly type: "address"; readonly ms: number }
  /** It said no, with a code of STUN or TURN (RFC 8489, RFC 8656). */
  | { readonly type: "refused"; readonly code: number }
  /** `looked-up`: the browser says that the name does not resolve. */
  | { readonly type: "silent"; readonly lookedUp: boolean };

const names = { udp: "UDP", tcp: "TCP", tls: "TLS" } as const;

/** Words for an answer. */
export function judgeAnswer(answer: IceAnswer, { kind, transport }: IceTarget): Check {
  const over = `over ${names[transport]}`;
  switch (answer.type) {
    case "address":
      return { verdict: "ok", finding: `answers ${over} in ${shownMs(answer.ms)} ms` };
    case "refused":
      return refused(answer.code);
    case "silent":
      if (!answer.lookedUp) {
        return {
          verdict: "failed",
          finding: "its name does not resolve",
          remedy: "Check the name in the server's list, and this network's DNS.",
        };
      }
      return {
        verdict: "failed",
        finding: `no answer ${over}`,
        remedy:
          kind === "turn" && transport === "tls"
            ? "A firewall or a proxy blocks it, the server does not run, or its certificate is not trusted."
            : `A firewall here blocks it, or the server does not run. ${names[transport]} from this network to that port must be allowed.`,
      };
  }
}

function refused(code: number): Check {
  if (code === 486) {
    return {
      verdict: "warning",
      finding: "reached, but this user has too many relays already (486)",
      remedy: "Raise user-quota on the TURN server.",
    };
  }
  if (code === 401 || code === 403 || code === 441) {
    return {
      verdict: "failed",
      reason: "credentials",
      finding: `reached, but it refuses the credentials (${code})`,
      remedy: "Whoever runs the server: check the key or the secret, and the clocks.",
    };
  }
  return {
    verdict: "failed",
    finding: `reached, but it gives no relay (${code})`,
    remedy: "Whoever runs the TURN server finds the reason in its log.",
  };
}

/** Words for a relay that was given, and what came of sending through it. */
export function judgeRelay(reached: Check, relayMs: number | undefined): Check {
  if (relayMs !== undefined) {
    return { ...reached, finding: `${reached.finding}, relays in ${shownMs(relayMs)} ms` };
  }
  return {
    verdict: "warning",
    finding: `${reached.finding}, but nothing comes through the relay`,
    remedy: "Open the relay's UDP ports in its firewall, and check its external-ip.",
  };
}
