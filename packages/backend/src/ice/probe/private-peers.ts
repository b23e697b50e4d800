import { isIPv6 } from "node:net";
import { addressKind } from "../../transport/address-kind.ts";
import type { Allocation, Family } from "./allocation.ts";
import { StunRefusal } from "./fault.ts";

/** One address of each network that a relay on the internet must not reach for its clients. */
export const forbiddenPeers: Readonly<Record<Family, readonly string[]>> = {
  ipv4: [
    "127.0.0.1",
    "0.0.0.0", // on Linux the machine itself
    "169.254.169.254", // where clouds hand out the machine's own credentials
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
  ],
  ipv6: [
    "::1",
    "::ffff:169.254.169.254", // the metadata again, in disguise
    "fe80::1",
    "fd00::1",
  ],
};

/**
 * Which of them the relay lets us send to, of those of its own family. Only permissions are asked for;
 * nothing is sent. A relay that serves a private network has to let its callers through, so that only the
 * machine itself and the metadata address count there. Our own address is left out: the echo needs it.
 *
 * @throws the signal's reason or the connection's failure, when an answer is missing
 */
export async function openPrivatePeers(
  allocation: Allocation,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const { relayed, mapped } = allocation;
  const inside = addressKind(relayed.host) !== "public";
  const asked = forbiddenPeers[isIPv6(relayed.host) ? "ipv6" : "ipv4"].filter(
    (peer) => peer !== mapped.host && !(inside && addressKind(peer) === "private"),
  );
  const open = await Promise.all(
    asked.map(async (peer) => {
      try {
        await allocation.permit(peer, { signal });
        return [peer];
      } catch (error) {
        if (error instanceof StunRefusal) return [];
        throw error;
      }
    }),
  );
  return open.flat();
}
