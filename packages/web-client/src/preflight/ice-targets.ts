import type { IceServerCheck } from "./report.ts";

/** One URL of a list, with what it takes to ask it alone. */
export interface IceTarget extends Pick<IceServerCheck, "url" | "kind" | "transport"> {
  readonly server: RTCIceServer;
}

/** Every URL of the list that a browser can use (RFC 7064, RFC 7065), once each. */
export function iceTargets(servers: readonly RTCIceServer[]): IceTarget[] {
  const targets = new Map<string, IceTarget>();
  for (const server of servers) {
    for (const raw of [server.urls].flat()) {
      const [, scheme = "", asked = "udp"] =
        /^(stuns?|turns?):[^?]+(?:\?transport=(udp|tcp))?$/i.exec(raw.trim()) ?? [];
      if (!scheme) continue;
      const secure = scheme.toLowerCase().endsWith("s");
      const transport = secure ? "tls" : asked.toLowerCase() === "tcp" ? "tcp" : "udp";
      const kind = /^stun/i.test(scheme) ? "stun" : "turn";
      const url = shownUrl(raw);
      const target = { url, kind, transport, server: { ...server, urls: raw.trim() } } as const;
      if (!targets.has(url)) targets.set(url, target);
    }
  }
  return [...targets.values()];
}

/** Whoever takes a URL for a place to put a login in should not find it in a report. */
function shownUrl(raw: string): string {
  const [, scheme = "", rest = ""] = /^(\w{1,5}):(?:.*@)?(.*)$/s.exec(raw.trim()) ?? [];
  return `${scheme.toLowerCase()}:${rest.replace(/[^\w.:[\]?=-]/g, "").slice(0, 120)}`;
}
