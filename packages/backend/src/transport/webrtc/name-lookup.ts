import { promises as dns } from "node:dns";
import { isIP } from "node:net";

const keptMs = 60_000;
const keptFailedMs = 10_000;

interface Entry {
  readonly address: Promise<string | undefined>;
  until: number;
}

const entries = new Map<string, Entry>();

/**
 * The IPv4 address of a STUN or TURN server; undefined when its name does not resolve. Looked up
 * once for all calls, since a dead resolver holds one of Node's few worker threads for seconds.
 * The names come from the configuration, so that the table stays small.
 */
export function lookUpName(host: string): Promise<string | undefined> {
  if (isIP(host) === 4) return Promise.resolve(host);
  const known = entries.get(host);
  if (known !== undefined && performance.now() < known.until) return known.address;
  const address = dns.lookup(host, { family: 4 }).then(
    (found) => found.address,
    () => undefined, // a server that cannot be found is a server that is not there
  );
  const entry: Entry = { address, until: Infinity };
  entries.set(host, entry);
  void address.then((found) => {
    entry.until = performance.now() + (found === undefined ? keptFailedMs : keptMs);
  });
  return address;
}
