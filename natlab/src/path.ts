import type { PathTaken } from "../pages/statistics.ts";
import { addresses } from "./addresses.ts";
import type { Path } from "./expectation.ts";

/** By addresses too, since a relay's can be learnt from a check before it is signalled (`prflx`). */
export function pathOf(taken: PathTaken): Path {
  const { localType, localAddress, relayProtocol, remoteType, remoteAddress } = taken;
  if (localType === "relay" || localAddress === addresses.turn) {
    switch (relayProtocol) {
      case "udp":
      case "tcp":
      case "tls":
        return `relay/${relayProtocol}`;
      default:
        throw new Error(`a relay over ${relayProtocol ?? "nothing known"}`);
    }
  }
  if (remoteType === "relay" || remoteAddress === addresses.turn) return "relay/server";
  return "direct";
}
