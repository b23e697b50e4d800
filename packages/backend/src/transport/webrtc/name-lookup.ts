import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { addressKind } from "../address-kind.ts";
import { asReceived } from "../as-received.ts";
import { isLoopback } from "../ice/route.ts";

const keptMs = 60_000;
const keptFailedMs = 10_000;

/** A kind of IP. */
export type Family = 4 | 6;

export type Families = ReadonlySet<Family>;

interface Entry {
  readonly address: Promise<string | undefined>;
  until: number;
}

const entries = new Map<string, Entry>();

/**
 * The address at which to ask a STUN or TURN server: IPv4 if it has that and we too, since NATs
 * translate it, else IPv6. IPv6 is looked up only then, as some resolvers never answer for it.
 *
 * @param families that we have; empty: not known
 * @throws when the server has no address of such a kind
 */
export async function addressOf(host: string, families: Families): Promise<string> {
  const literal = isIP(host);
  const usable = ([4, 6] as const).filter((family) => families.size === 0 || families.has(family));
  if (literal !== 0) {
    const address = asReceived(host);
    if (isLoopback(address) || usable.some((family) => family === literal)) return address;
    throw new Error(`it is reached over IPv${literal}, which this machine lacks`);
  }
  for (const family of usable) {
    const found = await lookUp(host, family);
    if (found !== undefined) return found;
  }
  const sought = usable.map((family) => `IPv${family}`).join(" or ");
  throw new Error(`its name leads to no ${sought} address`);
}

/**
 * Looked up once for all calls, since a dead resolver holds one of Node's few worker threads for
 * seconds. The names come from the configuration, so that the table stays small.
 */
function lookUp(host: string, family: Family): Promise<string | undefined> {
  const key = `${family} ${host}`;
  const known = entries.get(key);
  if (known !== undefined && performance.now() < known.until) return known.address;
  const address = dns.lookup(host, { family }).then(
    (found) => found.address,
    () => undefined, // a server that cannot be found is a server that is not there
  );
  const entry: Entry = { address, until: Infinity };
  entries.set(key, entry);
  void address.then((found) => {
    entry.until = performance.now() + (found === undefined ? keptFailedMs : keptMs);
  });
  return address;
}

/** The kinds of IP that lead out of this machine. */
export function ownFamilies(present = networkInterfaces()): Families {
  const all = Object.values(present).flatMap((addresses = []) => addresses);
  return familiesOf(all.map(({ address }) => address));
}

/** The kinds of IP among addresses. Those of one link or machine reach no server. */
export function familiesOf(addresses: readonly string[]): Families {
  return new Set(addresses.filter(leadsOut).map((address) => (isIP(address) === 6 ? 6 : 4)));
}

function leadsOut(address: string): boolean {
  const kind = addressKind(address);
  return kind === "public" || kind === "private";
}
