import type { ConnectionReason } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import type { ServerCheck } from "./report.ts";

interface Words {
  readonly finding: string;
  readonly remedy: string;
  readonly reason: ConnectionReason;
}

/** Why the server did not greet. `wasOpen`: the WebSocket was. */
export function wordsForNoGreeting(error: unknown, wasOpen: boolean): Words {
  const refused = wordsForRefusal(error);
  if (refused) return refused;
  const network =
    "Check the internet connection. A proxy or firewall must let WebSockets (wss://) through.";
  const reason = "signalling";
  if (wasOpen) {
    const remedy = "The server may be busy or restarting: try again in a moment.";
    return { finding: "opens, but does not answer", remedy, reason };
  }
  return { finding: "cannot be reached", remedy: network, reason };
}

/** A server that greeted, and went before it was known how a call gets through: no call can be made. */
export function judgeLoss(greeted: ServerCheck, error: LLMRTCClientError): ServerCheck {
  const words = wordsForRefusal(error) ?? {
    finding: "greets, but then the WebSocket was cut",
    remedy: "The server may be restarting, or a proxy ends WebSockets: try again in a moment.",
    reason: "signalling",
  };
  return { ...greeted, verdict: "failed", ...words };
}

export const noAddress = {
  url: "",
  verdict: "failed",
  finding: "the page has no address to connect to",
  remedy: new LLMRTCClientError("SIGNALLING_FAILED", "").remedy,
  reason: "signalling",
} as const satisfies ServerCheck;

function wordsForRefusal(error: unknown): Words | undefined {
  if (!(error instanceof LLMRTCClientError)) return undefined;
  const { code, remedy } = error;
  if (code === "ACCESS_REFUSED") {
    return { finding: "refuses this caller", remedy, reason: "refused" };
  }
  if (code === "SERVER_BUSY") {
    return { finding: "takes no more calls now", remedy, reason: "busy" };
  }
  return undefined;
}
