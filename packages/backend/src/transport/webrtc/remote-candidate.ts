import { isIP } from "node:net";
import type { CandidateInit } from "@metered/llmrtc-core";
import { asReceived } from "../as-received.ts";
import type { Address } from "../ice/route.ts";

/** A candidate of the client that is worth a check. */
export interface RemoteCandidate {
  readonly address: Address;
  readonly priority: number;
  /** Which generation of ICE it belongs to, if it says so. */
  readonly ufrag: string | undefined;
}

const pattern =
  /^candidate:\S+ (\d+) (udp|tcp) (\d+) (\S+) (\d+) typ (host|srflx|prflx|relay)(?: .*)?$/i;

/**
 * Reads a candidate (RFC 8839, 5.1). Undefined when it leads nowhere: not UDP, an address that no
 * packet can be sent to, or a name. Names are never looked up: a browser's `.local` name
 * (mDNS) would cost a multicast query and its sender is found by its own checks anyway, and any other name
 * would make this server resolve what strangers choose.
 */
export function readCandidate(init: CandidateInit): RemoteCandidate | undefined {
  const line = init.candidate.replace(/^a=/, "").trim();
  if (line.length > 512) return undefined;
  const [, component, protocol, priority, address, port] = pattern.exec(line) ?? [];
  if (component !== "1" || protocol?.toLowerCase() !== "udp") return undefined;
  if (address === undefined || !isReachable(address)) return undefined;
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  const said = / ufrag (\S+)/.exec(line)?.[1];
  return {
    address: [asReceived(address), Number(port)],
    priority: Number(priority),
    ufrag: init.usernameFragment ?? said ?? undefined,
  };
}

function isReachable(address: string): boolean {
  switch (isIP(address)) {
    case 4: {
      const first = Number(address.split(".")[0]);
      return first > 0 && first < 224;
    }
    case 6:
      return !/^(::|ff|fe[89ab])/i.test(address) || address === "::1";
    default:
      return false;
  }
}
