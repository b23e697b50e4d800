import type { TurnServer } from "../transport/webrtc/ice-servers.ts";
import type { Finding } from "./doctor-finding.ts";

const minuteMs = 60_000;

export interface LifetimeOptions {
  /** As `Date.now()`. */
  readonly now: number;
  /** They stand in the configuration, and nobody will renew them. */
  readonly fixed: boolean;
}

/**
 * When the credentials end. Only those of a TURN REST secret tell: their user name starts with the
 * time, in Unix seconds (draft-uberti-behave-turn-rest-00, section 2.2).
 */
export function judgeLifetime(servers: readonly TurnServer[], options: LifetimeOptions): Finding[] {
  const users = new Set(servers.map(({ username }) => username));
  if (users.size === 0) return [];
  const ends = [...users].flatMap((user) => expiryOf(user) ?? []);
  const at = { subject: "ICE servers", check: "lifetime" };
  if (ends.length === 0) {
    return [{ ...at, verdict: "ok", finding: "the credentials do not say when they end" }];
  }
  return [{ ...at, ...judgeEnd(Math.min(...ends), options) }];
}

function judgeEnd(
  end: number,
  { now, fixed }: LifetimeOptions,
): Pick<Finding, "verdict" | "finding" | "remedy"> {
  const date = new Date(end).toISOString().slice(0, 19).replace("T", " ");
  const left = end - now;
  if (left <= 0) {
    return {
      verdict: "failed",
      finding: `the credentials ended on ${date} UTC, ${span(-left)} ago`,
      remedy: fixed
        ? "Put fresh ones into ICE_SERVERS, or use a source that makes them for each call."
        : "Compare this machine's clock with that of whoever makes them.",
    };
  }
  const finding = `the credentials end in ${span(left)}, on ${date} UTC`;
  if (fixed) {
    return {
      verdict: "warning",
      finding: `${finding}, and nobody renews those in ICE_SERVERS`,
      remedy: "Use a source that makes them for each call, or renew them by then.",
    };
  }
  if (left < 5 * minuteMs) {
    return {
      verdict: "warning",
      finding,
      remedy: "Have them live an hour or more: a call that reconnects later needs them again.",
    };
  }
  return { verdict: "ok", finding };
}

/** Milliseconds since 1970; undefined for a user name that does not start with a time. */
function expiryOf(username: string): number | undefined {
  const [, seconds] = /^(\d{10})(?::|$)/.exec(username) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function span(ms: number): string {
  const minutes = ms / minuteMs;
  if (minutes < 2) return `${Math.round(ms / 1000)} s`;
  if (minutes < 120) return `${Math.round(minutes)} min`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}
