import type { ConnectionReason } from "@metered/llmrtc-core";

/** What is seen of a peer connection that does not connect, or did not. */
export interface Facts {
  readonly answered: boolean;
  /** Own candidates, and those of them that are relays. */
  readonly candidates: number;
  readonly relays: number;
  /** A TURN server answered with an error of its own, e.g. 401. */
  readonly refused: boolean;
  readonly iceConnectionState: RTCIceConnectionState;
  readonly connectionState: RTCPeerConnectionState;
  /** It was connected once. */
  readonly wasConnected: boolean;
}

/** The first step of connecting that was not done. */
export function diagnose(facts: Facts): ConnectionReason {
  const { iceConnectionState: ice, connectionState } = facts;
  if (!facts.answered) return "no-answer";
  const hasPath = ice === "connected" || ice === "completed";
  if (!hasPath) {
    if (facts.refused && facts.relays === 0) return "credentials";
    return facts.candidates === 0 ? "no-candidates" : "ice-failed";
  }
  if (facts.wasConnected) return "remote-closed";
  return connectionState === "connected" ? "media-silent" : "dtls-failed";
}

/** Collects the facts of one peer connection until `signal` aborts, which has to come before it is closed. */
export class Evidence {
  readonly #connection: RTCPeerConnection;
  #candidates = 0;
  #relays = 0;
  #refused = false;
  #wasConnected = false;
  #last: ConnectionReason | undefined;

  constructor(connection: RTCPeerConnection, signal: AbortSignal) {
    this.#connection = connection;
    const listen = { signal };
    connection.addEventListener(
      "icecandidate",
      ({ candidate }) => {
        if (!candidate?.candidate) return;
        this.#candidates += 1;
        if (candidate.candidate.includes(" typ relay")) this.#relays += 1;
      },
      listen,
    );
    connection.addEventListener(
      "icecandidateerror",
      ({ errorCode }) => {
        // RFC 8656 section 19: what the server says. 701 is the browser's own, for no answer.
        if (errorCode >= 400 && errorCode < 500) this.#refused = true;
      },
      listen,
    );
    signal.addEventListener("abort", () => {
      this.#last = this.reason;
    });
  }

  /** Media and messages flow. */
  connected(): void {
    this.#wasConnected = true;
  }

  /** Why it does not connect. */
  get reason(): ConnectionReason {
    const { iceConnectionState, connectionState, remoteDescription } = this.#connection;
    return (
      this.#last ??
      diagnose({
        answered: remoteDescription !== null,
        candidates: this.#candidates,
        relays: this.#relays,
        refused: this.#refused,
        iceConnectionState,
        connectionState,
        wasConnected: this.#wasConnected,
      })
    );
  }
}
