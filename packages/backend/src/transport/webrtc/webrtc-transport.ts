import type {
  CandidateInit,
  IceServer,
  Logger,
  MetricsAdapter,
  SelectedPair,
} from "@metered/llmrtc-core";
import type { PeerStage } from "../../observe/attempt.ts";
import type { Transport } from "../transport.ts";
import type { PathTimes } from "../path-watch.ts";

export interface WebRtcTransportOptions {
  /**
   * STUN and TURN servers, all of which are asked while the call already connects. Empty: host
   * candidates only, and no name is looked up.
   */
  readonly iceServers: readonly IceServer[];
  /**
   * Addresses to offer: of the interfaces, and others such as a public one behind 1:1 NAT. Default: all
   * of the interfaces, and `127.0.0.1`, so that a page on this machine connects without any network.
   */
  readonly hostAddresses?: readonly string[];
  /**
   * Where the caller's request came from, if that is known. Of addresses that it hardly reaches from
   * there it is told a little later, so that it does not try them first.
   */
  readonly callerAddress?: string | undefined;
  /** First and last UDP port, first < last; any free port when absent. */
  readonly portRange?: readonly [first: number, last: number];
  /** When a silent path counts as lost; tests shorten it. */
  readonly times?: Partial<PathTimes>;
  readonly logger?: Logger;
  /** Counts what STUN and TURN servers give. */
  readonly metrics?: MetricsAdapter;
}

/** Both ends of a path, as `address:port`. */
export interface PathAddresses {
  readonly caller: string;
  readonly server: string;
}

export interface OfferOptions {
  /**
   * The client takes `candidate` messages: the answer leaves at once with host candidates, the
   * others follow as events, then null. Otherwise (protocol v1, the default) the answer waits for
   * STUN and TURN servers, at most 500 ms.
   */
  readonly trickle?: boolean;
}

/** A caller over WebRTC. The client always offers, so that offers never collide. */
export interface WebRtcTransport extends Transport {
  readonly kind: "webrtc";

  /** How far connecting has come. */
  readonly stage: PeerStage;

  /** Kinds of address at both ends, `local` being the caller's; undefined as long as none is selected. */
  readonly pair: SelectedPair | undefined;

  /** The addresses of that pair: for logs that mask them, and for nothing else. */
  readonly addresses: PathAddresses | undefined;

  /**
   * Answers an offer, also later ones: a microphone shared or taken away, an ICE restart. Offers
   * are answered one after another.
   *
   * @returns the answer's SDP
   * @throws {LLMRTCError} `INVALID_MESSAGE` when the offer cannot be used, and nothing has changed;
   * `CLOSED` after the end
   */
  acceptOffer(sdp: string, options?: OfferOptions): Promise<string>;

  /** One of the client's candidates, in any order with offers; null: no more. Never throws. */
  addCandidate(candidate: CandidateInit | null): void;

  /**
   * Fresh credentials: the next ICE restart uses them. A relay that its server still knows
   * stays, as it outlives the credentials that it was made with.
   */
  setIceServers(iceServers: readonly IceServer[]): void;
}
