import type { Logger } from "@metered/llmrtc-core";

/** So many are told of; lists that are made for each call could hold ever new ones. */
const mostTold = 100;

const told = new WeakMap<Logger, Set<string>>();

/**
 * Warns of URLs that no call can use. Each is told once for a logger, that is for a server: the same
 * list comes with every call.
 */
export function warnOfIgnored(urls: readonly string[], logger: Logger): void {
  const known = told.get(logger) ?? new Set();
  told.set(logger, known);
  for (const url of urls) {
    if (known.has(url) || known.size >= mostTold) continue;
    known.add(url);
    logger.warn({ url: withoutLogin(url), reason: reasonOf(url) }, "ICE server URL ignored");
  }
}

function reasonOf(url: string): string {
  if (/^stuns:/i.test(url)) return "STUN over TLS tells nothing about UDP";
  if (/^turns:.*\?transport=udp$/i.test(url)) return "TURN over DTLS is not supported";
  if (/^turns?:/i.test(url)) return "not a TURN URL, or without username and credential";
  return "not a STUN or TURN URL";
}

/** Somebody may have written a login before an @, as web addresses have it. */
function withoutLogin(url: string): string {
  return url.replace(/:.*@/s, ":").slice(0, 200);
}
