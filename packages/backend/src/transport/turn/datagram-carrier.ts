import { isIP } from "node:net";
import { openHostRoute } from "../ice/host-route.ts";
import type { Address } from "../ice/route.ts";
import type { TurnCarrier } from "./carrier.ts";

/**
 * Opens a UDP socket for one TURN server alone: what others send to it is not heard.
 *
 * @param server of IPv4 or IPv6
 * @param portRange first and last port; any free one when absent
 * @throws when every port of the range that was tried is taken
 */
export async function openDatagramCarrier(
  server: Address,
  portRange: readonly [number, number] | undefined,
): Promise<TurnCarrier> {
  const [host, port] = server;
  const route = await openHostRoute(isIP(host) === 6 ? "::" : "0.0.0.0", portRange);
  const carrier: TurnCarrier = {
    reliable: false,
    ended: new AbortController().signal, // there is no connection that could end
    onFrame: () => undefined,
    send: (frame) => {
      route.send(frame, server);
    },
    close: () => route.close(),
  };
  route.listen((frame, from) => {
    if (from[0] === host && from[1] === port) carrier.onFrame(frame);
  });
  return carrier;
}
