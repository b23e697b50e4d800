import { readLease } from "./lease.ts";
import { hasTurn } from "./server-list.ts";
import type { IceServerFunction, IceServerSource } from "./source.ts";

const checkAfterMs = 5 * 60_000;

/** A function of the application's: asked at start, for each call, and again before its credentials end. */
export function customIceServers(ask: IceServerFunction): IceServerSource {
  return {
    description: "a function of this application",
    async mint(request) {
      const lease = readLease(await ask(request));
      return hasTurn(lease.iceServers) ? { checkAfterMs, ...lease } : lease;
    },
  };
}
