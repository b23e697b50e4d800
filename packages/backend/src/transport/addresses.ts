import { LLMRTCError } from "@metered/llmrtc-core";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

export interface AddressOptions {
  /** UDP ports for media, first and last. Default 49152 to 65535 (RFC 6335: dynamic ports). */
  readonly portRange?: readonly [first: number, last: number] | undefined;
  /**
   * Public addresses, v4 or v6, that lead to this machine port by port (1:1 NAT, as clouds have it).
   * Callers are told of them too, so that no STUN server is needed.
   */
  readonly announcedAddresses?: readonly string[] | undefined;
  /** Network interfaces, or addresses of them, to use for media. Default: all but tunnels. */
  readonly interfaces?: readonly string[] | undefined;
}

export type Interfaces = ReturnType<typeof networkInterfaces>;

export const defaultPortRange: readonly [number, number] = [49_152, 65_535];

const loopback = "127.0.0.1";
/** Tunnels cost, and virtual bridges lead nowhere. Whoever wants one names it. */
const passedOver = /^(ipsec|u?tun|tap|vmnet|veth)/;

/**
 * The addresses to offer, the likeliest first, as browsers try them in this order. Loopback is one of them
 * unless interfaces are named, so that a page on this machine connects without any network. IPv6 ones
 * need an interface that has it.
 */
export function hostAddresses(
  { announcedAddresses = [], interfaces }: AddressOptions,
  present: Interfaces = networkInterfaces(),
): string[] {
  const all = Object.entries(present).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, internal }) => ({ name, address, internal })),
  );
  const chosen = interfaces
    ? all.filter(({ name, address }) => interfaces.includes(name) || interfaces.includes(address))
    : all.filter(({ name, internal }) => !internal && !passedOver.test(name));
  const hasIPv6 = all.some(({ address }) => isIP(address) === 6);
  const announced = announcedAddresses.filter((address) => isIP(address) === 4 || hasIPv6);
  const own = chosen.map(({ address }) => address).filter((address) => !isLinkLocal(address));
  return [...new Set([...announced, ...own, ...(interfaces ? [] : [loopback])])];
}

/** Valid on one cable only, and nobody's to be sent to. */
function isLinkLocal(address: string): boolean {
  return address.startsWith("169.254.") || /^fe[89ab]/i.test(address);
}

/** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
export function checkAddresses({ portRange, announcedAddresses = [] }: AddressOptions): void {
  if (portRange) {
    const [first, last] = portRange;
    const sound = Number.isInteger(first) && Number.isInteger(last) && first >= 1 && last <= 65_535;
    if (!sound || first >= last) {
      throw new LLMRTCError("INVALID_CONFIG", "portRange must be two ports, the lower one first");
    }
  }
  if (!announcedAddresses.every((address) => isIP(address) !== 0)) {
    throw new LLMRTCError("INVALID_CONFIG", "announcedAddresses must hold IP addresses");
  }
}

/**
 * Interfaces come and go, so that this is checked when the server starts.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, with the names there are
 */
export function checkInterfaces(
  { interfaces = [] }: AddressOptions,
  present: Interfaces = networkInterfaces(),
): void {
  for (const wanted of interfaces) {
    const found = Object.entries(present).some(
      ([name, addresses = []]) =>
        name === wanted || addresses.some(({ address }) => address === wanted),
    );
    if (found) continue;
    const names = Object.keys(present).join(", ");
    throw new LLMRTCError(
      "INVALID_CONFIG",
      `interfaces: there is no ${wanted}; there are ${names}`,
    );
  }
}
