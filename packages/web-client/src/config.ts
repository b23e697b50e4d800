import type { Logger } from "@metered/llmrtc-core";

export interface ReconnectionConfig {
  /** Default true. When false, the first failure or loss is final. */
  readonly enabled: boolean;
  /** Tries in a row before giving up; default 5. A connected call starts anew. */
  readonly maxRetries: number;
  /** Wait before the first retry, in ms; doubles with each try. Default 1000. */
  readonly baseDelayMs: number;
  /** Longest wait, in ms, before jitter. Default 30000. */
  readonly maxDelayMs: number;
  /** Share by which a wait is shortened or lengthened at random, 0 to 1. Default 0.3. */
  readonly jitterFactor: number;
}

/** Who says when the caller's turns begin and end: the server, or the page. */
export type TurnDetection = "auto" | "manual";

export interface WebClientConfig {
  /**
   * The server, `ws://` or `wss://`. A function is asked at each connection, also when reconnecting:
   * the place for a token that expires.
   */
  readonly signallingUrl: string | (() => string | Promise<string>);
  /** WebSocket subprotocols, e.g. to carry a token. Default none. */
  readonly protocols?: string | readonly string[] | undefined;
  /** Used instead of the server's list when not empty. Default: the server's. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  /**
   * How sound travels. `auto`, the default: WebRTC, and over the WebSocket as long as WebRTC finds no
   * path. The others: that way only.
   */
  readonly transport?: "auto" | "webrtc" | "websocket" | undefined;
  /** `relay` sends everything through a TURN server. Default: what the server wants, else `all`. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined;
  readonly reconnection?: Partial<ReconnectionConfig> | undefined;
  /**
   * Share the microphone from the start: `true` opens the default one, constraints choose, a stream
   * is taken as it is. The call connects without waiting for the permission prompt; a refusal is an
   * `error` event and leaves a call that can be typed into. Default false: call `shareAudio`.
   */
  readonly audio?: boolean | MediaTrackConstraints | MediaStream | undefined;
  /**
   * `manual`: the caller's spoken turns begin and end only by `startTurn` and `endTurn` (push-to-talk).
   * Default `auto`: his voice begins them, and the server hears when he has finished.
   */
  readonly turnDetection?: TurnDetection | undefined;
  /** Play the agent's voice. Default true; with false, do it yourself on `ttsTrack`. */
  readonly playback?: boolean | undefined;
  /** Speaker to play on, as `listSpeakers` gives it. Default: the system's. */
  readonly outputDeviceId?: string | undefined;
  /** Default: silence. `console` fits. */
  readonly logger?: Logger | undefined;
  /** Accepted for compatibility; WebRTC is always used. */
  readonly useWebRTC?: boolean | undefined;
}

/** Fills in what is absent or undefined. */
export function reconnectionConfig({
  enabled = true,
  maxRetries = 5,
  baseDelayMs = 1000,
  maxDelayMs = 30_000,
  jitterFactor = 0.3,
}: Partial<ReconnectionConfig> = {}): ReconnectionConfig {
  return { enabled, maxRetries, baseDelayMs, maxDelayMs, jitterFactor };
}
