import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * Where a caller seems to come from: what a proxy in front of us says, else the other end of the socket.
 * Anybody can send that header, so that this is good for guesses and not for decisions.
 *
 * @returns undefined when a proxy says something that is no address
 */
export function seemingAddress({ headers, socket }: IncomingMessage): string | undefined {
  const [forwarded] = [headers["x-forwarded-for"] ?? []].flat();
  const said = forwarded?.split(",")[0]?.trim() ?? socket.remoteAddress ?? "";
  const address = said.replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? undefined : address;
}
