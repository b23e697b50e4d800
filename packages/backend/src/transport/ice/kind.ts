import type { SelectedPair } from "@metered/llmrtc-core";

/**
 * What kind of address a client's candidate is, from the priority that it gives it: its upper byte is the
 * preference of the type (RFC 8445, 5.1.2.2). Browsers give relays the least, by the transport to them.
 */
export function kindByPriority(priority: number): SelectedPair["local"] {
  const preference = priority >>> 24;
  if (preference >= 120) return "host";
  if (preference >= 105) return "prflx";
  return preference >= 60 ? "srflx" : "relay";
}
