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
  const { iceTransportPolicy } = options;
  if (iceTransportPolicy !== undefined && !isIceTransportPolicy(iceTransportPolicy)) {
    throw new LLMRTCError("INVALID_CONFIG", "iceTransportPolicy must be all or relay");
  }
  const source = chosen(options, surroundings);
  if (iceTransportPolicy === "relay" && source.relays === false) {
    throw new LLMRTCError(
      "INVALID_CONFIG",
      "iceTransportPolicy is relay, but no TURN server is configured",
    );
  }
  return source;
}

export function isIceTransportPolicy(given: unknown): given is IceTransportPolicy {
  return given === "all" || given === "relay";
}

function chosen(
  { iceServers, metered }: IceServerOptions,
  surroundings: MeteredSurroundings,
): IceServerSource {
  if (typeof iceServers === "function") return customIceServers(iceServers);
  if (isSource(iceServers)) return described(iceServers);
  if (iceServers !== undefined) return fixedIceServers(iceServers);
  return metered === undefined ? defaultIceServers() : meteredIceServers(metered, surroundings);
}

function isSource(given: IceServerOptions["iceServers"] | null): given is IceServerSource {
  return typeof given === "object" && given !== null && "mint" in given;
}

function described(source: IceServerSource): IceServerSource {
  // Plain JavaScript has no compiler to tell.
  const { mint, description } = source as Partial<Record<keyof IceServerSource, unknown>>;
  if (typeof mint === "function" && typeof description === "string") return source;
  throw new LLMRTCError(
    "INVALID_CONFIG",
    "iceServers must have a function mint and a text description, where it is a source",
  );
}
