import type { IceServerCheck } from "./report.ts";

/** One URL of a list, with what it takes to ask it alone. */
export interface IceTarget extends Pick<IceServerCheck, "url" | "kind" | "transport"> {
  readonly server: RTCIceServer;
}

/** Every URL of the list, once each; also one that no browser can use (RFC 7064, RFC 7065). */
export function iceTargets(servers: readonly RTCIceServer[]): IceTarget[] {
  const targets = new Map<string, IceTarget>();
  for (const server of servers) {
    // Applications without types write `url`, as once was right: there is none then.
    const { urls = "" } = server as Partial<RTCIceServer>;
    for (const url of [urls].flat()) {
      if (!targets.has(url)) targets.set(url, targetOf(url, server));
    }
  }
  return [...targets.values()];
}

function targetOf(raw: string, server: RTCIceServer): IceTarget {
  const [, scheme = "", secure = ""] = /^\s*(stun|turn)(s?):/i.exec(raw) ?? [];
  const asked = /\?transport=tcp\s*$/i.test(raw) ? "tcp" : "udp";
  return {
    url: shownUrl(raw),
    kind: kinds[scheme.toLowerCase()] ?? "unknown",
    transport: secure ? "tls" : asked,
    server: { ...server, urls: raw },
  };
}

const kinds: Readonly<Record<string, IceTarget["kind"]>> = { stun: "stun", turn: "turn" };

/**
 * Whoever takes a URL for a place to put a login in should not find it in a report: what stands before an
 * "@", and what is asked for but a transport, is left out.
 */
function shownUrl(raw: string): string {
  const scheme = /^\s*((?:stun|turn)s?):/i.exec(raw)?.[1]?.toLowerCase();
  const rest = raw.replace(/^\s*(?:stun|turn)s?:/i, "").replace(/^.*@/s, "");
  const [place = "", query = ""] = rest.split("?", 2);
  const transport = /^transport=\w{1,8}\s*$/i.test(query) ? `?${query}` : "";
  const shown = `${place}${transport}`.replace(/[^\w.:/[\]?=-]/g, "").slice(0, 120);
  if (scheme) return `${scheme}:${shown}`;
  return shown || "(no URL)";
}
