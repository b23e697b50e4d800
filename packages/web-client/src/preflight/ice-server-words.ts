import { LLMRTCClientError } from "../errors.ts";
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

/** The time of the whole check was up. `reached`: it had given a relay by then. */
export function judgeUnfinished(reached?: Check): Check {
  if (!reached) return { verdict: "skipped", finding: "not known: the time was up" };
  const finding = `${reached.finding}, but the time was up before its relay was tried`;
  return { verdict: "skipped", finding };
}

const correct = "Whoever runs this page: correct it, as browsers refuse the whole list for it.";

/** Words for a browser that did not even ask. Its own are not for the report: they may hold a login. */
export function judgeRefusal(error: unknown, hasWebRtc: boolean): Check {
  if (!hasWebRtc) {
    const { remedy } = new LLMRTCClientError("UNSUPPORTED_BROWSER", "");
    const finding = "not asked, as this browser makes no WebRTC connections";
    return { verdict: "failed", reason: "unsupported", finding, remedy };
  }
  const name = error instanceof Error ? error.name : "";
  const finding =
    name === "InvalidAccessError"
      ? "the browser refuses it, as a TURN server needs a username and a credential"
      : `the browser refuses it${name && ` (${name})`}`;
  return { verdict: "failed", reason: "other", finding, remedy: correct };
}
