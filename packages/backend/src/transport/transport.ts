import type { CandidateInit, Microphone, Pcm } from "@metered/llmrtc-core";

/** Why a transport ended. */
export type TransportEnd = "closed" | "failed" | "remote-closed";

export type TransportEvents = {
  /** A text message from the client's data channel. */
  message: string;
  /** Media can flow; again after each recovery. */
  connected: undefined;
  /** The path is silent; it may come back. */
  disconnected: undefined;
  /** The caller's microphone is there (again): `microphone` starts to yield. */
  "microphone-started": undefined;
  /** The client took its microphone away: nothing more comes until it starts again. */
  "microphone-stopped": undefined;
  /** The client sent something that is no text message; says what, never its content. */
  invalid: string;
  /** An ICE candidate for the client; null when there are no more. */
  candidate: CandidateInit | null;
  /** The last event. */
  end: TransportEnd;
};

/**
 * How audio and messages travel between one caller and the server. One implementation for each way
 * to travel; `contract` tests hold them to the same behaviour.
 */
export interface Transport {
  readonly kind: "webrtc" | "websocket";

  on<Name extends keyof TransportEvents>(
    name: Name,
    listener: (payload: TransportEvents[Name]) => void,
  ): () => void;

  /**
   * The caller's voice: 320 samples, 16 kHz mono, every 20 ms, in order, gaps filled. Yields nothing
   * while there is no microphone; ends with the transport. At most 2 s wait unread; then the oldest go.
   * One reader.
   */
  readonly microphone: Microphone;

  /**
   * Called by the playout clock once per 20 ms of call time: 480 samples at 24 kHz mono, or undefined
   * when the agent is silent. Media time goes on either way. Never throws; before the connection is
   * up, frames are dropped.
   */
  sendFrame(frame: Pcm | undefined): void;

  /**
   * Call time sent after the sound at `position`, in milliseconds, not counting that frame. Only where
   * sound carries positions.
   *
   * @param position of a frame, as the client finds it: an RTP timestamp; null: nothing was played
   * @returns infinite for null; undefined while sound goes a way without positions
   */
  sentAfterMs?(position: number | null): number | undefined;

  /**
   * Sends on the data channel. False when there is none that is open: the caller then uses the
   * socket.
   */
  sendMessage(message: string): boolean;

  /** Lets go of sockets, codecs and timers. Emits `end` once. */
  close(): Promise<void>;
}
