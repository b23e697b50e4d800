import { LLMRTCError } from "@metered/llmrtc-core";

/** How long a vendor lets a credential live, in seconds. */
export interface Lifetimes {
  readonly least: number;
  readonly most: number;
}

/**
 * Checks a key as it goes into a URL or a header. Plain JavaScript has no compiler to tell.
 *
 * @param name of the option, as it stands in the message
 * @throws {LLMRTCError} `INVALID_CONFIG`, without the key
 */
export function checkKey(name: string, given: unknown): void {
  if (given === undefined || given === "") {
    throw new LLMRTCError("INVALID_CONFIG", `${name} is missing`);
  }
  if (typeof given === "string" && /^[\x21-\x7e]+$/.test(given)) return;
  throw new LLMRTCError("INVALID_CONFIG", `${name} must be one word of plain characters`);
}

/** @throws {LLMRTCError} `INVALID_CONFIG` when it becomes part of a host name or a query and must not */
export function checkLabel(name: string, given: unknown): asserts given is string {
  if (typeof given === "string" && /^[\w-]{1,63}$/.test(given)) return;
  throw new LLMRTCError("INVALID_CONFIG", `${name} must be one word of letters and digits`);
}

/** @throws {LLMRTCError} `INVALID_CONFIG` */
export function checkLifetime(name: string, given: unknown, { least, most }: Lifetimes): void {
  const fine = Number.isInteger(given) && Number(given) >= least && Number(given) <= most;
  if (fine) return;
  throw new LLMRTCError(
    "INVALID_CONFIG",
    `${name} must be a whole number of seconds from ${least} to ${most}`,
  );
}
