import type { IceServer } from "@metered/llmrtc-core";
import { addresses, turnHost } from "./addresses.ts";
import type { TurnCredential } from "./turn-credential.ts";

/** What the operator has set up; both ends get the same list. */
export const iceConfigurations = [
  "none",
  "stun",
  "turn-udp",
  "turn-tcp",
  "turns-443",
  "all",
] as const;

export type IceConfiguration = (typeof iceConfigurations)[number];

const { turn } = addresses;
const stun = `stun:${turn}:3478`;
const udp = `turn:${turn}:3478?transport=udp`;
const tcp = `turn:${turn}:3478?transport=tcp`;
const tls = `turns:${turnHost}:443?transport=tcp`;

export function iceServers(
  configuration: IceConfiguration,
  credential: TurnCredential,
): readonly IceServer[] {
  switch (configuration) {
    case "none":
      return [];
    case "stun":
      return [{ urls: stun }];
    case "turn-udp":
      return [{ urls: udp, ...credential }];
    case "turn-tcp":
      return [{ urls: tcp, ...credential }];
    case "turns-443":
      return [{ urls: tls, ...credential }];
    case "all":
      return [{ urls: stun }, { urls: [udp, tcp, tls], ...credential }];
  }
}
