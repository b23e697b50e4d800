import type { ConnectionPath, SelectedPair } from "@metered/llmrtc-core";

/** What kind of way a pair is, seen from the caller: `local` is his end. */
export function pathOf(pair: SelectedPair | undefined): ConnectionPath {
  if (pair === undefined) return "unknown";
  if (pair.local === "relay") return `relay-${pair.relayProtocol ?? "udp"}`;
  if (pair.remote === "relay") return "server-relay";
  return `direct-${pair.protocol}`;
}
