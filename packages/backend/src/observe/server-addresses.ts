import { networkInterfaces } from "node:os";
import type { IceServerOptions } from "../ice/choose.ts";
import type { AddressOptions, Interfaces } from "../transport/addresses.ts";
import { readIceServers } from "../transport/webrtc/ice-servers.ts";

export interface ServerAddressOptions extends IceServerOptions, AddressOptions {
  readonly host?: string | undefined;
}

/** Addresses and names that the operator knows: this server's own, and those in its list of ICE servers. */
export function serverAddresses(
  { host = "", announcedAddresses = [], iceServers }: ServerAddressOptions,
  present: Interfaces = networkInterfaces(),
): readonly string[] {
  const { stun, turn } = readIceServers(Array.isArray(iceServers) ? iceServers : []);
  const own = Object.values(present).flatMap((addresses = []) => addresses);
  return [
    host,
    ...announcedAddresses,
    ...own.map(({ address }) => address),
    ...[...stun, ...turn].map((server) => server.host),
  ];
}
