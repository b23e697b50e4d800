import type { IceServer } from "@metered/llmrtc-core";

const pattern =
  /^(?:stun|turn)s?:(?:\/\/)?(?:\[[\da-f:.]+\]|[^\s:?/[\]@]+)(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/i;

/**
 * What is wrong with a list of ICE servers, to follow its name: `[1].urls …`. Undefined when nothing
 * is. Never quotes a value.
 */
export function faultIn(iceServers: readonly IceServer[]): string | undefined {
  for (const [at, server] of iceServers.entries()) {
    const urls = urlsOf(server);
    if (urls.length === 0) return `[${at}].urls is empty`;
    if (!urls.every(isIceUrl))
      return `[${at}].urls holds an address that is no stun:, turn: or turns: URL`;
    if (urls.some(isTurn) && !(server.username && server.credential))
      return `[${at}] is a TURN server without username and credential`;
  }
  return undefined;
}

/** By RFC 7064 and RFC 7065. */
export function isIceUrl(url: string): boolean {
  return pattern.test(url);
}

export function hasTurn(iceServers: readonly IceServer[]): boolean {
  return iceServers.some((server) => urlsOf(server).some(isTurn));
}

/** The same servers, in the same order, with the same credentials. */
export function isSameList(one: readonly IceServer[], other: readonly IceServer[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function isTurn(url: string): boolean {
  return /^turns?:/i.test(url);
}

function urlsOf({ urls }: IceServer): readonly string[] {
  return typeof urls === "string" ? [urls] : urls;
}
