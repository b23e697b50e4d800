import { processCertificate } from "./certificate.ts";
import { PeerTransport } from "./peer-transport.ts";
import type { WebRtcTransport, WebRtcTransportOptions } from "./webrtc-transport.ts";

export { warmUpWebRtc } from "./certificate.ts";
export type {
  OfferOptions,
  PathAddresses,
  WebRtcTransport,
  WebRtcTransportOptions,
} from "./webrtc-transport.ts";

/** Opens one caller's transport. It owns no socket before the first offer. */
export async function openWebRtcTransport(
  options: WebRtcTransportOptions,
): Promise<WebRtcTransport> {
  return new PeerTransport(options, await processCertificate());
}
