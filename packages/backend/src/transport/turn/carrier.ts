/** Carries STUN messages and ChannelData to one TURN server and back, each whole. */
export interface TurnCarrier {
  /** Repeats by itself what is lost. */
  readonly reliable: boolean;
  /** Aborts, with the reason, when the connection is gone. It is never made anew. */
  readonly ended: AbortSignal;
  /** Called with each message of the server. */
  onFrame: (frame: Buffer) => void;
  /** Never throws: what cannot be sent is lost. */
  send(frame: Buffer): void;
  close(): Promise<void>;
}
