import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { addressKind } from "./address-kind.ts";
import { asReceived } from "./as-received.ts";

export interface AddressOptions {
  /** UDP ports for media, first and last. Default 49152 to 65535 (RFC 6335: dynamic ports). */
  readonly portRange?: readonly [first: number, last: number] | undefined;
  /**
   * Public addresses, v4 or v6, that lead to this machine port by port (1:1 NAT, as clouds have it).
   * Callers are told of them too, so that no STUN server is needed.
   */
  readonly announcedAddresses?: readonly string[] | undefined;
  /**
   * Network interfaces, or addresses of them, to use for media. Default: all but tunnels and the
   * bridges of containers and virtual machines, unless there is nothing else.
   */
  readonly interfaces?: readonly string[] | undefined;
}

export type Interfaces = ReturnType<typeof networkInterfaces>;

export const defaultPortRange: readonly [number, number] = [49_152, 65_535];

const loopback = "127.0.0.1";

/**
 * Those that hold containers and virtual machines lead nowhere else. Each address costs a socket per call,
 * and a question to each STUN server.
 */
const virtual =
  /^(docker\d|docker_gwbridge$|br-[\da-f]{12}$|podman\d|cni|flannel|cali|cilium|veth|kube-|virbr\d|lx[cd]br\d|incusbr\d|vmnet\d|vboxnet\d)/;
/** Callers hardly come through them, and if they do, then by a detour. Not PPP, which DSL and modems use. */
const tunnel = /^((u?tun|tap|wg|ipsec|tailscale)($|[-_.\d])|zt[a-z\d]*$)/;

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
  const hasIPv6 = all.some(({ address }) => isIP(address) === 6);
  const announced = announcedAddresses.filter((address) => isIP(address) === 4 || hasIPv6);
  // Those of one link are valid on one cable only, and nobody's to be sent to.
  const usable = all.filter(({ address }) => addressKind(address) !== "link-local");
  const chosen = interfaces
    ? usable.filter(
        ({ name, address }) => interfaces.includes(name) || interfaces.includes(address),
      )
    : byDefault(usable);
  const own = chosen.map(({ address }) => address);
  return [...new Set([...announced.map(asReceived), ...own, ...(interfaces ? [] : [loopback])])];
}

interface Found {
  readonly name: string;
  readonly address: string;
  readonly internal: boolean;
}

function byDefault(all: readonly Found[]): readonly Found[] {
  const outward = all.filter(({ internal }) => !internal);
  const likely = outward.filter(({ name }) => !virtual.test(name) && !tunnel.test(name));
  return likely.length > 0 ? likely : outward;
}
