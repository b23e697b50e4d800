import type { WebClientConfig } from "../config.ts";
import type { ClimbOptions } from "./climb.ts";
import { hasRelay } from "./ice-servers.ts";
import type { Terms } from "./terms.ts";

type Plan = Pick<
  ClimbOptions,
  "rules" | "iceServers" | "iceTransportPolicy" | "trickle" | "watch" | "keepIceServers"
>;

/** How a call may travel, by what the application wants and the server can. */
export function planOf(config: WebClientConfig, terms: Terms): Plan {
  const { transport, iceServers: own = [], iceTransportPolicy = terms.iceTransportPolicy } = config;
  const { features } = terms;
  const keepIceServers = own.length > 0;
  const iceServers = keepIceServers ? own : terms.iceServers;
  const socket = transport !== "webrtc" && features.has("websocket-audio");
  return {
    rules: {
      webrtc: transport !== "websocket",
      socket,
      relays: socket && hasRelay(iceServers),
    },
    iceServers,
    iceTransportPolicy,
    keepIceServers,
    trickle: features.has("trickle"),
    watch: features.has("resume"),
  };
}
