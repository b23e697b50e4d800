import type { ConnectionReason } from "@metered/llmrtc-core";

/** What was seen of a peer connection. */
export interface Facts {
  /** Own candidates, and those of them that are relays. */
  candidates: number;
  relays: number;
  /** A TURN server answered with an error of its own, e.g. 401. */
  refused: boolean;
  /** Media and messages flowed once. */
  connected: boolean;
}

/** Where it stands. */
export type Standing = Pick<
  RTCPeerConnection,
  "remoteDescription" | "iceConnectionState" | "connectionState"
>;

/** The first step of connecting that was not done. */
export function diagnose(standing: Standing, facts: Facts): ConnectionReason {
  if (!standing.remoteDescription) return "no-answer";
  if (!/^co/.test(standing.iceConnectionState)) {
    // neither connected nor completed
    if (facts.refused && !facts.relays) return "credentials";
    return facts.candidates ? "ice-failed" : "no-candidates";
  }
  if (facts.connected) return "remote-closed";
  return standing.connectionState === "connected" ? "media-silent" : "dtls-failed";
}

/** Collects the facts of one peer connection until `signal` aborts, which has to come before it is closed. */
export class Evidence {
  readonly #connection: RTCPeerConnection;
  readonly #facts: Facts = { candidates: 0, relays: 0, refused: false, connected: false };
  #last: ConnectionReason | undefined;

  constructor(connection: RTCPeerConnection, signal: AbortSignal) {
    this.#connection = connection;
    const facts = this.#facts;
    connection.addEventListener(
      "icecandidate",
      ({ candidate }) => {
        if (candidate?.candidate) facts.candidates += 1;
        if (candidate?.candidate.includes(" typ relay")) facts.relays += 1;
      },
      { signal },
    );
    connection.addEventListener(
      "icecandidateerror",
      ({ errorCode }) => {
        // RFC 8656 section 19: what the server says. 701 is the browser's own, for no answer.
        if (errorCode >= 400 && errorCode < 500) facts.refused = true;
      },
      { signal },
    );
    signal.addEventListener("abort", () => {
      this.#last = this.reason;
    });
  }

  /** Media and messages flow. */
  connected(): void {
    this.#facts.connected = true;
  }

  /** Why it does not connect. */
  get reason(): ConnectionReason {
    return this.#last ?? diagnose(this.#connection, this.#facts);
  }
}
