import { type IceServerSource, turnRestIceServers } from "@metered/llmrtc-backend";
import type { IceServer } from "@metered/llmrtc-core";
import { addresses, addresses6, turnHost } from "./addresses.ts";
import { type Configuration, shortLifeSeconds, shortLived } from "./ice-configurations.ts";
import { turnCredential } from "./turn-credential.ts";

const dayInSeconds = 86_400;
const { turn } = addresses;
const stun = `stun:${turn}:3478`;
const udp = `turn:${turn}:3478?transport=udp`;
const tcp = `turn:${turn}:3478?transport=tcp`;
const tls = `turns:${turnHost}:443?transport=tcp`;

/**
 * What the server is configured with.
 *
 * @param secret what coturn checks credentials by
 */
export function iceServers(
  configuration: Configuration,
  secret: string,
): readonly IceServer[] | IceServerSource {
  if (configuration === shortLived) {
    return turnRestIceServers({ urls: [tcp], secret, ttlSeconds: shortLifeSeconds });
  }
  const credential = turnCredential(secret, configuration, dayInSeconds);
  switch (configuration) {
    case "none":
      return [];
    case "stun":
      return [{ urls: stun }];
    case "turn-udp":
      return [{ urls: udp, ...credential }];
    case "turn-tcp":
      return [{ urls: tcp, ...credential }];
    case "turn-ipv6":
      return [{ urls: `turn:[${addresses6.turn}]:3478?transport=tcp`, ...credential }];
    case "turns-443":
      return [{ urls: tls, ...credential }];
    case "all":
      return [{ urls: stun }, { urls: [udp, tcp, tls], ...credential }];
  }
}
