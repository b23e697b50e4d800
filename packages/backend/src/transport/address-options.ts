import { LLMRTCError } from "@metered/llmrtc-core";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { addressKind } from "./address-kind.ts";
import { asReceived } from "./as-received.ts";
import { type AddressOptions, hostAddresses, type Interfaces } from "./addresses.ts";

/** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
export function checkAddresses({
  portRange,
  announcedAddresses,
  interfaces,
}: AddressOptions): void {
  if (portRange && !isPortRange(portRange)) {
    throw invalid("portRange must be two ports, the lower one first");
  }
  checkList("announcedAddresses", announcedAddresses);
  checkList("interfaces", interfaces);
  for (const address of announcedAddresses ?? []) {
    const fault = faultOf(address);
    if (fault === undefined) continue;
    throw invalid(
      `announcedAddresses must hold IP addresses that callers reach; ${JSON.stringify(address)} is ${fault}`,
    );
  }
}

/**
 * Interfaces come and go, so that this is checked when the server starts.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`, with the names there are
 */
export function checkInterfaces(
  options: AddressOptions,
  present: Interfaces = networkInterfaces(),
): void {
  const { interfaces } = options;
  if (interfaces === undefined) return;
  for (const wanted of interfaces) {
    const isThere = Object.entries(present).some(
      ([name, addresses = []]) =>
        name === wanted || addresses.some(({ address }) => address === wanted),
    );
    if (isThere) continue;
    const names = Object.keys(present).join(", ");
    throw invalid(`interfaces: there is no ${wanted}; there are ${names}`);
  }
  if (hostAddresses(options, present).length > 0) return;
  throw invalid(
    interfaces.length === 0
      ? "interfaces must name at least one, or be left out"
      : `interfaces: ${interfaces.join(", ")} gives no address but for one link (169.254.…, fe80:…)`,
  );
}

function isPortRange(range: readonly unknown[]): boolean {
  if (!Array.isArray(range) || range.length !== 2) return false;
  const isPort = (port: unknown): port is number =>
    Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
  const [first, last] = range as unknown[];
  return isPort(first) && isPort(last) && first < last;
}

/** Whoever writes no TypeScript may give one word instead. */
function checkList(name: string, list: unknown): void {
  if (list === undefined) return;
  if (Array.isArray(list) && list.every((word) => typeof word === "string")) return;
  throw invalid(`${name} must be a list of strings`);
}

/** What an address is that nobody can send to; undefined when somebody can. */
function faultOf(address: string): string | undefined {
  const family = isIP(address);
  if (family === 0) return "no IP address";
  if (address.includes("%")) return "an address of one link";
  if (/^(0\.|[0:]+$)/.test(address)) return "the unspecified address";
  if (asReceived(address).startsWith("::ffff:")) return "an IPv4 address written as IPv6";
  const isMulticast = family === 6 ? /^ff/i.test(address) : Number.parseInt(address) >= 224;
  if (isMulticast) return "a multicast or reserved address";
  const kind = addressKind(address);
  return kind === "loopback" || kind === "link-local" ? `a ${kind} address` : undefined;
}

function invalid(message: string): LLMRTCError {
  return new LLMRTCError("INVALID_CONFIG", message);
}
