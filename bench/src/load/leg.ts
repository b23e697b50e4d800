/** What a caller hears from the server. */
export interface LegEvents {
  /** A packet of the agent's voice. */
  readonly packet: (timestamp: number, arrivedAt: number) => void;
  readonly message: (message: { readonly type: string }) => void;
  /** The call broke. */
  readonly ended: () => void;
}

/** One caller's way to a server. */
export interface Leg {
  /** Whether the server wants to know what was played. */
  readonly attests: boolean;
  /** The next 20 ms of the caller's voice. */
  send(payload: Uint8Array): void;
  say(message: object): void;
  close(): Promise<void>;
}

export const ways = ["webrtc", "websocket"] as const;
export type Way = (typeof ways)[number];
