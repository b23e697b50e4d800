import type { IceServer } from "@metered/llmrtc-core";

const defaults: readonly RTCIceServer[] = [{ urls: "stun:stun.metered.ca:80" }];

/** Absent: the default. An empty list is the server's wish for host candidates only. */
export function iceServersFrom(servers: readonly IceServer[] | undefined): readonly RTCIceServer[] {
  // From JSON, so what is absent is not there as undefined either.
  return (servers as RTCIceServer[] | undefined) ?? defaults;
}

export function hasRelay(servers: readonly RTCIceServer[]): boolean {
  return servers.flatMap(({ urls }) => urls).some((url) => /^turns?:/i.test(url));
}
