import { type IceServer, LLMRTCError } from "@metered/llmrtc-core";
import { customIceServers } from "./custom.ts";
import { defaultIceServers, fixedIceServers } from "./fixed.ts";
import { type MeteredOptions, meteredIceServers, type MeteredSurroundings } from "./metered.ts";
import type { IceServerFunction, IceServerSource } from "./source.ts";

/** `relay`: everything goes through a TURN server. As RTCConfiguration has it. */
export type IceTransportPolicy = "all" | "relay";

export interface IceServerOptions {
  /**
   * STUN and TURN servers for both ends: a list (an empty one means host candidates only), a source
   * such as `turnRestIceServers(…)`, or a function that gives a list for one call.
   */
  readonly iceServers?: readonly IceServer[] | IceServerSource | IceServerFunction | undefined;
  /** TURN credentials from a Metered account. */
  readonly metered?: MeteredOptions | undefined;
  /** What callers are told to use; `relay` sends all media through TURN. Default `all`. */
  readonly iceTransportPolicy?: IceTransportPolicy | undefined;
}

/**
 * Configured servers win over Metered, Metered over the default STUN server.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, naming the option
 */
export function chooseIceServers(
  options: IceServerOptions,
  surroundings: MeteredSurroundings = {},
): IceServerSource {
  const source = chosen(options, surroundings);
  if (options.iceTransportPolicy === "relay" && source.relays === false) {
    throw new LLMRTCError(
      "INVALID_CONFIG",
      "iceTransportPolicy is relay, but no TURN server is configured",
    );
  }
  return source;
}

function chosen(
  { iceServers, metered }: IceServerOptions,
  surroundings: MeteredSurroundings,
): IceServerSource {
  if (typeof iceServers === "function") return customIceServers(iceServers);
  if (iceServers !== undefined) {
    return "mint" in iceServers ? iceServers : fixedIceServers(iceServers);
  }
  return metered ? meteredIceServers(metered, surroundings) : defaultIceServers();
}
