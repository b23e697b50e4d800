import type { Logger } from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";

/**
 * Gives the browser a list of ICE servers. It takes all or throws, so that one which it refuses would cost
 * the others: then it gets those that it takes.
 *
 * @throws what `give` throws for another reason
 */
export function giveIceServers<T>(
  servers: readonly RTCIceServer[],
  { createPeer }: Pick<Environment, "createPeer">,
  logger: Logger,
  give: (servers: RTCIceServer[]) => T,
): T {
  try {
    return give([...servers]);
  } catch {
    const isTaken = (server: RTCIceServer): boolean => {
      try {
        createPeer({ iceServers: [server] }).close();
        return true;
      } catch {
        return false;
      }
    };
    const taken = servers.filter(isTaken);
    // Which ones, preflight tells: URLs may hold a login, and so may what the browser says of them.
    const refused = servers.length - taken.length;
    if (refused > 0) logger.warn({ refused }, "The browser refuses some of the ICE servers");
    return give(taken);
  }
}
