import * as z from "zod/mini";

/**
 * Why a call was not connected, or not the way it should be. One closed list for errors of the client, wire
 * messages, hooks, logs and metrics; docs/networking.md says what to do about each.
 *
 * - `signalling`: the WebSocket did not open, was lost, or the other end said nothing on it
 * - `refused`: the server does not let this caller in (close codes 4401, 4403)
 * - `busy`: the server takes no more calls at the moment
 * - `unsupported`: the browser or the server lacks what the call needs
 * - `no-answer`: the server did not answer the offer, or the browser could not use the answer
 * - `no-candidates`: an end found no address at which it can be reached
 * - `credentials`: TURN servers refused the login, and without them there was no path
 * - `ice-failed`: both ends have addresses, but no pair of them works
 * - `dtls-failed`: a path is there, but the handshake on it does not come to an end
 * - `media-silent`: path and handshake stand, but neither sound nor messages come through
 * - `remote-closed`: the other end closed the connection
 * - `left`: the caller hung up or closed the page before it was connected
 * - `microphone-denied`, `microphone-unavailable`: the call stands, but the caller cannot be heard
 * - `playback-blocked`: the call stands, but the browser waits for a click before it plays
 * - `other`: none of these
 */
export const connectionReasons = [
  "signalling",
  "refused",
  "busy",
  "unsupported",
  "no-answer",
  "no-candidates",
  "credentials",
  "ice-failed",
  "dtls-failed",
  "media-silent",
  "remote-closed",
  "left",
  "microphone-denied",
  "microphone-unavailable",
  "playback-blocked",
  "other",
] as const;

export type ConnectionReason = (typeof connectionReasons)[number];

/** Why sound goes the way it goes; the web client's `LadderReason`. */
const ladderReasons = [
  "first-try",
  "only-choice",
  "webrtc-slow",
  "webrtc-failed",
  "webrtc-lost",
  "relay-only",
  "webrtc-back",
] as const;

/** No call lasts longer than a month: one number that is none must not spoil the sums of all. */
const milliseconds = z.number().check(z.minimum(0), z.maximum(31 * 86_400_000));

const candidateType = z.enum(["host", "srflx", "prflx", "relay"]);

/** The pair of addresses that ICE has selected: what kind they are, never which. */
const selectedPair = z.object({
  local: candidateType,
  remote: candidateType,
  protocol: z.enum(["udp", "tcp"]),
  /** Between the client and its TURN server, when `local` is `relay`. */
  relayProtocol: z.optional(z.enum(["udp", "tcp", "tls"])),
  /** Of the last check on this pair. */
  roundTripMs: z.optional(milliseconds),
});
export type SelectedPair = z.infer<typeof selectedPair>;

/**
 * The client's view of how sound travels, whenever that changes. On WebRTC the report of a step comes again
 * every 10 s, with the same `afterMs` and fresh figures. Feature `reports`.
 */
export const connectionReport = z.object({
  type: z.literal("connection-report"),
  kind: z.enum(["webrtc", "websocket"]),
  why: z.enum(ladderReasons),
  /** From the server's greeting to this step. */
  afterMs: milliseconds,
  /** WebRTC connections tried so far. */
  attempts: z.number().check(z.minimum(0)),
  pair: z.optional(selectedPair),
  /** Packets of the server's sound that the client missed, in percent of all since the last report. */
  lossPct: z.optional(z.number().check(z.minimum(0), z.maximum(100))),
  /** How unevenly they came, as RFC 3550 has it (6.4.1). */
  jitterMs: z.optional(milliseconds),
  /** For so long no sound could flow before this step, as the path there was had broken. */
  recoveredAfterMs: z.optional(milliseconds),
  /** Why WebRTC does not carry the sound. */
  reason: z.optional(z.enum(connectionReasons)),
});
export type ConnectionReportMessage = z.infer<typeof connectionReport>;

/**
 * Something that the client could not do, when it happens, or as soon as the server can be told: a try of
 * WebRTC failed, the microphone was denied, an earlier socket did not open. Feature `reports`.
 */
export const connectionTrouble = z.object({
  type: z.literal("connection-trouble"),
  reason: z.enum(connectionReasons),
});
