import { type IceServer, LLMRTCError } from "@metered/llmrtc-core";
import { hasTurn, readServers } from "./server-list.ts";
import { defaultStun, type IceServerSource } from "./source.ts";

/**
 * The same list for every call. An empty one means host candidates only.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the faulty entry
 */
export function fixedIceServers(given: readonly IceServer[]): IceServerSource {
  const read = readServers(given);
  if ("fault" in read) throw new LLMRTCError("INVALID_CONFIG", `iceServers${read.fault}`);
  const iceServers = read.value;
  const count = iceServers.length;
  const lease = { iceServers };
  return {
    description:
      count === 0
        ? "none configured: host candidates only"
        : `configured (${count} ${count === 1 ? "server" : "servers"})`,
    shared: true,
    relays: hasTurn(iceServers),
    mint: async () => lease,
  };
}

/** What there is when nothing is configured. */
export function defaultIceServers(): IceServerSource {
  return {
    ...fixedIceServers(defaultStun),
    description: "default STUN server (no TURN)",
    warning:
      "Without TURN one caller in six cannot connect from the internet: set METERED_APP_NAME and METERED_API_KEY, or ICE_SERVERS.",
  };
}
