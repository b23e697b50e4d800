import { BlockList, isIP } from "node:net";

/** Who can send to an address: everybody, one network, one link, one machine. */
export type AddressKind = "public" | "private" | "link-local" | "loopback";

const ranges: readonly (readonly [AddressKind, network: string, prefix: number])[] = [
  ["loopback", "127.0.0.0", 8],
  ["loopback", "0.0.0.0", 8],
  ["loopback", "::1", 128],
  ["link-local", "169.254.0.0", 16],
  ["link-local", "fe80::", 10],
  ["private", "10.0.0.0", 8],
  ["private", "172.16.0.0", 12],
  ["private", "192.168.0.0", 16],
  ["private", "100.64.0.0", 10], // shared by the customers of a carrier (RFC 6598)
  ["private", "fc00::", 7],
];

const lists = ranges.map(([kind, network, prefix]) => {
  const list = new BlockList();
  list.addSubnet(network, prefix, isIP(network) === 6 ? "ipv6" : "ipv4");
  return { kind, list };
});

/** @param address an IPv4 or IPv6 address */
export function addressKind(address: string): AddressKind {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return lists.find(({ list }) => list.check(address, family))?.kind ?? "public";
}
