import type * as z from "zod/mini";
import { faultIn, usableServers } from "./server-list.ts";
import { type IceServerLease, IceSourceError } from "./source.ts";

export interface VendorRequest {
  /** Who is asked, for people. */
  readonly vendor: string;
  readonly url: URL;
  readonly init?: RequestInit;
  /** What a status of 400 to 499 usually means. */
  readonly check: string;
  readonly signal: AbortSignal;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Asks a service and checks the shape of what it says. Redirects are not followed: the key would go along.
 *
 * @throws {IceSourceError} without the URL, the key or the service's own words
 */
export async function askVendor<Schema extends z.ZodMiniType>(
  schema: Schema,
  { vendor, url, init = {}, check, signal, fetch = globalThis.fetch }: VendorRequest,
): Promise<z.output<Schema>> {
  const late = `${vendor} did not answer in time`;
  const response = await fetch(url, { ...init, signal, redirect: "error" }).catch(
    (error: unknown) => {
      throw new IceSourceError(
        signal.aborted ? late : `${vendor} could not be reached${networkCode(error)}`,
      );
    },
  );
  const { ok, status } = response;
  if (!ok) {
    const advice = status >= 400 && status < 500 ? `: ${check}` : "";
    throw new IceSourceError(`${vendor} answered with status ${status}${advice}`, status);
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (body === undefined && signal.aborted) throw new IceSourceError(late);
  const result = schema.safeParse(body);
  if (!result.success) throw new IceSourceError(`${vendor} answered something unexpected`);
  return result.data;
}

/** Servers as a service lists them, without those that a browser would choke on. */
export type Listed = Pick<IceServerLease, "iceServers" | "warning">;

/**
 * Leaves out what browsers do not take, and says so.
 *
 * @throws {IceSourceError} when nothing is left
 */
export function listedServers(vendor: string, answer: readonly unknown[]): Listed {
  const iceServers = usableServers(answer);
  if (iceServers.length === 0) throw new IceSourceError(`${vendor} listed no usable server`);
  const fault = faultIn(answer);
  if (fault === undefined) return { iceServers };
  return { iceServers, warning: `left out what browsers do not take: iceServers${fault}` };
}

/** `ENOTFOUND` and its like, from the cause of a failed `fetch`. */
function networkCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[A-Z_]+$/.test(code) ? ` (${code})` : "";
}
