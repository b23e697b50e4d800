/** Why a step of a probe did not work, in a form that a remedy can be chosen for. */
export type Fault =
  /** Nothing came back within the limit. */
  | { readonly kind: "silent" }
  /** The machine answers, the port does not: ECONNREFUSED, ICMP port unreachable. */
  | { readonly kind: "closed" }
  /** No route there. */
  | { readonly kind: "unreachable" }
  /** The other side hung up. */
  | { readonly kind: "hung-up" }
  /** Something answers that does not speak STUN. */
  | { readonly kind: "stranger" }
  /** A STUN error response, with its code (RFC 8489 section 14.8). */
  | { readonly kind: "refused"; readonly code: number }
  /** The name does not resolve. */
  | { readonly kind: "unknown-name" }
  /** Anything else, by its error code. */
  | { readonly kind: "other"; readonly code: string };

/** What came of a step. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** A STUN server said no. */
export class StunRefusal extends Error {
  override readonly name = "StunRefusal";
  readonly code: number;

  constructor(code: number) {
    super(`The server refused with ${code}`);
    this.code = code;
  }
}

/** Bytes arrived that are not STUN. */
export class StrangerError extends Error {
  override readonly name = "StrangerError";
}

/** The stream ended. */
export class HungUpError extends Error {
  override readonly name = "HungUpError";
}

/** Turns what `step` throws into a fault. */
export async function outcomeOf<T>(step: Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await step };
  } catch (error) {
    return { ok: false, fault: faultOf(error) };
  }
}

const kinds: Readonly<Record<string, Exclude<Fault["kind"], "refused" | "other">>> = {
  ECONNREFUSED: "closed",
  ETIMEDOUT: "silent",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  ECONNRESET: "hung-up",
  EPIPE: "hung-up",
  ENOTFOUND: "unknown-name",
  EAI_AGAIN: "unknown-name",
  EAI_NODATA: "unknown-name",
  EAI_NONAME: "unknown-name",
};

function faultOf(error: unknown): Fault {
  if (error instanceof StunRefusal) return { kind: "refused", code: error.code };
  if (error instanceof StrangerError) return { kind: "stranger" };
  if (error instanceof HungUpError) return { kind: "hung-up" };
  if (!(error instanceof Error)) return { kind: "other", code: typeof error };
  if (error.name === "TimeoutError" || error.name === "AbortError") return { kind: "silent" };
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  // What is not STUN at all is not TLS either: a plain port answers a handshake like this.
  if (/^ERR_SSL_|^EPROTO$/.test(code)) return { kind: "stranger" };
  const kind = kinds[code];
  return kind === undefined ? { kind: "other", code } : { kind };
}
