import { isIP, SocketAddress } from "node:net";

/** An IP address as sockets spell it, so that one is known by what comes from it. */
export function asReceived(address: string): string {
  if (isIP(address) !== 6 || address.includes("%")) return address;
  return new SocketAddress({ address, family: "ipv6" }).address;
}
