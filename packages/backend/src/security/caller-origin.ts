import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Where a request comes from. */
export interface CallerOrigin {
  /** The other end of the socket: the caller, or a proxy in front of us. Undefined when it has gone. */
  readonly address: string | undefined;
  /**
   * For whom a proxy says that it asks. Anybody can send that header, so that this is good for guesses and
   * not for decisions. Undefined when what it says is no address; absent when it says nothing.
   */
  readonly forwardedFor?: string | undefined;
}

export function callerOrigin({ headers, socket }: IncomingMessage): CallerOrigin {
  const address = socket.remoteAddress && plain(socket.remoteAddress);
  const [said] = [headers["x-forwarded-for"] ?? []].flat();
  if (said === undefined) return { address };
  const forwardedFor = plain(said.split(",")[0]?.trim() ?? "");
  return { address, forwardedFor: isIP(forwardedFor) === 0 ? undefined : forwardedFor };
}

/** Where a caller seems to come from: as a proxy says, if there is one. */
export function seemingAddress(origin: CallerOrigin): string | undefined {
  return "forwardedFor" in origin ? origin.forwardedFor : origin.address;
}

/** Sockets for both versions write IPv4 inside of IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
