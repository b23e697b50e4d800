import { isIP, isIPv6 } from "node:net";

/** Addresses that are nobody's secret, written in one way. */
export type KnownAddresses = ReadonlySet<string>;

const nobody: KnownAddresses = new Set();

/** Groups as well, but of two digits, and sixteen or more of them: they stay. */
const fingerprint = String.raw`(?:[\da-f]{2}:){15,}[\da-f]{2}`;
const octets = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
/** What may be an IPv6 address, with neighbours that a colon ties to it: `fade:2001:db8::1:443`. */
const groups = String.raw`(?:[\da-f]{0,4}:){2,8}(?:${octets}|[\da-f]{1,4})?`;
const colons = new RegExp(String.raw`(?<!\w)(?:(${fingerprint})|${groups})(?!\w)`, "gi");
/** Longer chains of numbers are no addresses; a version of four numbers cannot be told from one. */
const dots = new RegExp(String.raw`(?<!\d\.|\d)${octets}(?!\d|\.\d)`, "g");

/**
 * A text without the IP addresses in it: `203.0.x.x`, `2001:db8::x`. Ports stay.
 *
 * Of IPv4 16 bits stay and of IPv6 32, which is what a provider gets for all its customers: enough
 * to tell networks from each other, too little to tell people. Half of IPv4 is what Matomo recommends;
 * the 48 bits of IPv6 that analytics tools mostly keep are one household's or company's own (RFC 6177), and
 * hold the whole IPv4 address where it is 6to4. Loopback, unspecified and `known` addresses stay.
 */
export function maskAddresses(text: string, known: KnownAddresses = nobody): string {
  return text
    .replace(colons, (run, print?: string) => (print === undefined ? maskRun(run, known) : run))
    .replace(dots, (address) => maskIPv4(address, known));
}

/** @param addresses what is no IP address is left out */
export function knownAddresses(addresses: readonly string[]): KnownAddresses {
  return new Set(addresses.filter((address) => isIP(address) !== 0).map(written));
}

/** The longest address between two colons: before it may be a word, behind it a port. */
function maskRun(run: string, known: KnownAddresses): string {
  const colons = [...run.matchAll(/:/g)].map(({ index }) => index);
  let [from, to] = [0, 0];
  for (const start of [0, ...colons, ...colons.map((at) => at + 1)]) {
    for (const end of [run.length, ...colons, ...colons.map((at) => at + 1)]) {
      if (end - start > to - from && isIPv6(run.slice(start, end))) [from, to] = [start, end];
    }
  }
  if (to === 0) return run;
  return run.slice(0, from) + maskIPv6(run.slice(from, to), known) + run.slice(to);
}

function maskIPv6(address: string, known: KnownAddresses): string {
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups;
  // What follows ::1 and :: is a port, as Node writes it; nobody has such an address.
  const isLocal = groups.slice(0, 6).every(isZero) && Number(groups[6]) <= 1;
  if (isLocal || known.has(written(address))) return address;
  const ipv4 = ipv4In(address);
  if (ipv4 !== undefined) return maskIPv4(ipv4, known);
  return `${high.toString(16)}:${low.toString(16)}::x`;
}

function maskIPv4(address: string, known: KnownAddresses): string {
  const octets = address.split(".").map(Number);
  const [first = 0, second = 0] = octets;
  const isLocal = first === 127 || octets.every(isZero);
  if (octets.some((octet) => octet > 255) || isLocal || known.has(written(address))) return address;
  return `${first}.${second}.x.x`;
}

/** One spelling for each address; an IPv4 address is the same inside IPv6. */
function written(address: string): string {
  if (!address.includes(":")) return address.split(".").map(Number).join(".");
  return ipv4In(address) ?? groupsOf(address).map(hex).join(":");
}

/** Of an IPv4-mapped address (RFC 4291, 2.5.5.2), as sockets for both versions have it. */
function ipv4In(address: string): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, mark, high = 0, low = 0] = groupsOf(address);
  if (mark !== 0xffff || a + b + c + d + e > 0) return undefined;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const plain = address.replace(/%.*/, "").replace(/\d+(?:\.\d+){3}$/, inGroups);
  const [head = [], tail = []] = plain
    .split("::")
    .map((part) => (part === "" ? [] : part.split(":").map((group) => parseInt(group, 16))));
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function inGroups(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  return `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
}

const hex = (group: number): string => group.toString(16);
const isZero = (number: number): boolean => number === 0;
