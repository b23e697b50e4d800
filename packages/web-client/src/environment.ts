import { systemClock, type Clock } from "@metered/llmrtc-core";

/** What a connection takes from the browser, passed in so that tests can own it. */
export interface Environment {
  readonly clock: Clock;
  /** 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly openSocket: (url: string, protocols: readonly string[]) => WebSocket;
  readonly createPeer: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly createStream: (track?: MediaStreamTrack) => MediaStream;
}

export const browser: Environment = {
  clock: systemClock,
  random: Math.random,
  openSocket: (url, protocols) => new WebSocket(url, [...protocols]),
  createPeer: (configuration) => new RTCPeerConnection(configuration),
  createStream: (track) => new MediaStream(track ? [track] : []),
};
