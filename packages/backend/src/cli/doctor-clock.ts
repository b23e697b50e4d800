import type { Finding } from "./doctor-finding.ts";

const warnAboveMs = 10_000;
const failAboveMs = 5 * 60_000;

/** How far a web server's clock is ahead of ours. */
export interface ClockReading {
  readonly aheadMs: number;
  /** Whose clock it is. */
  readonly host: string;
}

/** Reads the clock of each server that `fetch` talks to, from its `Date` (RFC 9110 section 6.6.1). */
export class ClockWatch {
  readonly #fetch: typeof globalThis.fetch;
  #reading: ClockReading | undefined;

  constructor(fetch: typeof globalThis.fetch) {
    this.#fetch = fetch;
  }

  /** The last one; undefined as long as nobody told the time. */
  get reading(): ClockReading | undefined {
    return this.#reading;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const asked = Date.now();
    const response = await this.#fetch(input, init);
    const midway = (asked + Date.now()) / 2;
    const date = Date.parse(response.headers.get("date") ?? "");
    const url = input instanceof Request ? input.url : String(input);
    // A Date holds whole seconds, so that on average half a second has passed since.
    if (!Number.isNaN(date)) {
      this.#reading = { aheadMs: date + 500 - midway, host: new URL(url).host };
    }
    return response;
  };
}

/** Credentials and certificates are only good while our clock is. */
export function judgeClock(reading: ClockReading | undefined): Finding {
  const at = { subject: "this machine", check: "clock" };
  if (reading === undefined) {
    return {
      ...at,
      verdict: "unknown",
      finding: "nothing that we asked tells the time",
      remedy: "To check it, name a web server that you trust: --time-from https://example.com",
    };
  }
  const { aheadMs, host } = reading;
  const off = Math.abs(aheadMs);
  if (off <= warnAboveMs) {
    return { ...at, verdict: "ok", finding: `agrees with ${host} to within ${tolerance(off)} s` };
  }
  return {
    ...at,
    verdict: off > failAboveMs ? "failed" : "warning",
    finding: `is ${Math.round(off / 1000)} s ${aheadMs > 0 ? "behind" : "ahead of"} ${host}`,
    remedy: "Set this machine's clock by NTP (on Linux: timedatectl set-ntp true).",
  };
}

function tolerance(off: number): number {
  return Math.max(1, Math.ceil(off / 1000));
}
