import { iceServer } from "@metered/llmrtc-core";
import * as z from "zod/mini";
import { faultIn, hasTurn } from "./server-list.ts";
import { type IceServerFunction, type IceServerSource, IceSourceError } from "./source.ts";

const checkAfterMs = 5 * 60_000;

const servers = z.array(iceServer);
const lease = z.object({
  iceServers: servers,
  expiresAt: z.optional(z.number()),
  checkAfterMs: z.optional(z.number()),
});

/** A function of the application's: asked at start, for each call, and again before its credentials end. */
export function customIceServers(ask: IceServerFunction): IceServerSource {
  return {
    description: "a function of this application",
    async mint(request) {
      const given: unknown = await ask(request);
      const list = servers.safeParse(given);
      const result = list.success
        ? { success: true as const, data: { iceServers: list.data } }
        : lease.safeParse(given);
      if (!result.success) throw new IceSourceError("it gave no list of ICE servers");
      const fault = faultIn(result.data.iceServers);
      if (fault) throw new IceSourceError(`it gave a list that cannot be used: iceServers${fault}`);
      return hasTurn(result.data.iceServers) ? { checkAfterMs, ...result.data } : result.data;
    },
  };
}
