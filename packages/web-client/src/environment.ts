import { systemClock, type Clock } from "@metered/llmrtc-core";
import {
  openSocketAudio,
  type SocketAudio,
  type SocketAudioOptions,
} from "./media/socket-audio.ts";

/** What a connection takes from the browser, passed in so that tests can own it. */
export interface Environment {
  readonly clock: Clock;
  /** 0 to 1, as `Math.random`. */
  readonly random: () => number;
  readonly openSocket: (url: string, protocols: readonly string[]) => WebSocket;
  readonly createPeer: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly createStream: (track?: MediaStreamTrack) => MediaStream;
  /** Sound for a call that goes over the socket. */
  readonly openSocketAudio: (options: SocketAudioOptions) => Promise<SocketAudio>;
  /** Calls `listener` when the network may be another, or the page was away. Returns what ends it. */
  readonly onNetworkChange: (listener: () => void) => () => void;
}

export const browser: Environment = {
  clock: systemClock,
  random: Math.random,
  openSocket: (url, protocols) => new WebSocket(url, [...protocols]),
  createPeer: (configuration) => new RTCPeerConnection(configuration),
  createStream: (track) => new MediaStream(track ? [track] : []),
  openSocketAudio,
  onNetworkChange(listener) {
    const { connection } = navigator as { connection?: EventTarget }; // Chromium only
    const onVisibility = (): void => {
      if (document.visibilityState === "visible") listener();
    };
    const over = new AbortController();
    const { signal } = over;
    addEventListener("online", listener, { signal });
    connection?.addEventListener("change", listener, { signal });
    document.addEventListener("visibilitychange", onVisibility, { signal });
    return () => {
      over.abort();
    };
  },
};
