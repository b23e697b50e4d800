/** Where the call stands, as an application sees it. */
export const ConnectionState = {
  DISCONNECTED: "disconnected",
  CONNECTING: "connecting",
  CONNECTED: "connected",
  RECONNECTING: "reconnecting",
  FAILED: "failed",
  CLOSED: "closed",
} as const;

export type ConnectionState = (typeof ConnectionState)[keyof typeof ConnectionState];
