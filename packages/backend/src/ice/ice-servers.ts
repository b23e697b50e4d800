import type { IceServer, Logger } from "@metered/llmrtc-core";
import { defaultStun, type IceServerSource } from "./source.ts";
import { type MeteredOptions, meteredIceServers } from "./metered.ts";

export interface IceServerOptions {
  /** An empty list means: host candidates only. */
  readonly iceServers?: readonly IceServer[] | undefined;
  readonly metered?: MeteredOptions | undefined;
  readonly logger: Logger;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Configured servers win over Metered, Metered over the default STUN server. */
export function iceServerSource(options: IceServerOptions): IceServerSource {
  const { iceServers, metered } = options;
  if (iceServers) return fixed(iceServers);
  if (metered)
    return meteredIceServers({ ...metered, logger: options.logger, fetch: options.fetch });
  return {
    description: "default STUN server (no TURN)",
    warning:
      "Without TURN one caller in six cannot connect from the internet: set METERED_APP_NAME and METERED_API_KEY, or ICE_SERVERS.",
    iceServers: async () => defaultStun,
  };
}

function fixed(iceServers: readonly IceServer[]): IceServerSource {
  const count = iceServers.length;
  return {
    description:
      count === 0
        ? "none configured: host candidates only"
        : `configured (${count} ${count === 1 ? "server" : "servers"})`,
    iceServers: async () => iceServers,
  };
}
