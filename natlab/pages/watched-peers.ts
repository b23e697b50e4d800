/** One connection of the page and when it got where, by `performance.now()`. */
export interface WatchedPeer {
  readonly connection: RTCPeerConnection;
  offeredAt: number | undefined;
  connectedAt: number | undefined;
  /** Its states, in order. */
  readonly states: { readonly state: string; readonly at: number }[];
}

/** The connections that the client has made, oldest first. */
export const peers: WatchedPeer[] = [];

/** From outside, so that the client in the test is the one that people use. */
export function watchPeers(): void {
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      const peer: WatchedPeer = {
        connection: this,
        offeredAt: undefined,
        connectedAt: undefined,
        states: [],
      };
      peers.push(peer);
      this.addEventListener("signalingstatechange", () => {
        if (this.signalingState === "have-local-offer") peer.offeredAt ??= performance.now();
      });
      this.addEventListener("connectionstatechange", () => {
        const at = performance.now();
        peer.states.push({ state: this.connectionState, at });
        if (this.connectionState === "connected") peer.connectedAt ??= at;
      });
    }
  };
}
