import { isIPv4, isIPv6 } from "node:net";

/** Scheme, host, port and query, whatever they hold. */
const parts = /^(stuns?|turns?):(\[[^\]]*\]|[^:?]*)(?::([^?]*))?(?:\?(.*))?$/is;

/**
 * What is wrong with the address of an ICE server by RFC 7064 and RFC 7065, in words that follow
 * `an address`; undefined when nothing is. Strict, as one address that a browser does not take makes
 * its `RTCPeerConnection` refuse the whole list. Never quotes: it may hold a login.
 */
export function iceUrlFault(url: string): string | undefined {
  const [, scheme, host = "", port, query] = parts.exec(url) ?? [];
  if (scheme === undefined) return "that is no stun:, turn: or turns: URL";
  if (host.startsWith("//")) return "with // after its scheme, where none belongs";
  if (url.includes("@")) return "with a login in it: username and credential are separate fields";
  if (!isHost(host)) return "whose host is no name and no IP address (IPv6 stands in brackets)";
  if (port !== undefined && !isPort(port)) return "whose port is not from 1 to 65535";
  if (query === undefined) return undefined;
  if (!isTurn(url)) return "with a ? in it, which only turn: and turns: may have";
  return isTransport(query) ? undefined : "whose query is not ?transport=udp or ?transport=tcp";
}

export function isIceUrl(url: string): boolean {
  return iceUrlFault(url) === undefined;
}

export function isTurn(url: string): boolean {
  return /^turns?:/i.test(url);
}

function isHost(host: string): boolean {
  const [, inBrackets] = /^\[([\da-f:.]+)\]$/i.exec(host) ?? [];
  if (inBrackets !== undefined) return isIPv6(inBrackets);
  if (host.length > 253) return false;
  const labels = host.replace(/\.$/, "").split(".");
  if (/^\d+$/.test(labels.at(-1) ?? "")) return isIPv4(host);
  return labels.every((label) => /^\w(?:[\w-]{0,61}\w)?$/.test(label));
}

function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** Browsers tell capitals in the name, but not in the value. */
function isTransport(query: string): boolean {
  return query.startsWith("transport=") && /=(?:udp|tcp)$/i.test(query);
}
