import type { Clock } from "@metered/llmrtc-core";
import { hasRelay } from "./ice-servers.ts";

const longestMs = 3000;
const quietMs = 200;

/**
 * For servers without trickle: waits until the offer holds the candidates worth waiting for, at most
 * 3 s. Done early once the farthest-reaching kind that the ICE servers can give is there and no
 * other has come for 200 ms, so that one silent STUN or TURN server does not hold up the call.
 */
export async function gathered(
  connection: RTCPeerConnection,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const wanted = farthestKind(connection.getConfiguration().iceServers ?? []);
  await new Promise<void>((resolve) => {
    const over = new AbortController();
    const listening = { signal: over.signal };
    let seen = false;
    let cancelQuiet: (() => void) | undefined;
    const cancelLongest = clock.after(longestMs, done);

    function done(): void {
      over.abort();
      cancelLongest();
      cancelQuiet?.();
      resolve();
    }
    function look(): void {
      if (signal.aborted || connection.iceGatheringState === "complete") done();
    }

    connection.addEventListener(
      "icecandidate",
      ({ candidate }) => {
        if (candidate?.candidate.includes(` typ ${wanted}`)) seen = true;
        if (!seen) return;
        cancelQuiet?.();
        cancelQuiet = clock.after(quietMs, done);
      },
      listening,
    );
    connection.addEventListener("icegatheringstatechange", look, listening);
    signal.addEventListener("abort", look, listening);
    look();
  });
  signal.throwIfAborted();
}

/** The candidate type, as RFC 8839 section 5.1 spells it, that reaches through most networks. */
function farthestKind(servers: readonly RTCIceServer[]): "relay" | "srflx" | "host" {
  if (hasRelay(servers)) return "relay";
  return servers.length > 0 ? "srflx" : "host";
}
