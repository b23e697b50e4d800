import * as z from "zod/mini";
import type { CandidateInit } from "./candidate.ts";
import { parseMessage } from "./door.ts";
import { array, boolean, fitting, number, string } from "./lean.ts";
import { turnTimings as timings } from "./turn-timings.ts";

/** A string or several. */
const urls = fitting<string | string[]>((value) =>
  [value].flat().every((url) => typeof url === "string"),
);

/** RTCIceServer as browsers take it. */
export const iceServer = z.object({
  urls,
  username: z.optional(string),
  credential: z.optional(string),
});
export type IceServer = z.infer<typeof iceServer>;

/** Present on everything that belongs to a turn, from servers with the feature `turn-id`. */
const turnId = z.optional(string);

const ready = z.object({
  type: z.literal("ready"),
  id: string,
  /** Absent before v1. */
  protocolVersion: z.optional(number),
  iceServers: z.optional(array(iceServer)),
  /** What the server wants used, where the application does not choose. */
  iceTransportPolicy: z.optional(z.literal(["all", "relay"])),
  mode: z.optional(z.literal(["pipeline", "realtime"])),
  features: z.optional(array(string)),
});
const pong = z.object({ type: z.literal("pong"), timestamp: number });
const signal = z.object({
  type: z.literal("signal"),
  signal: z.object({ type: z.literal("answer"), sdp: string }),
  /** Of the offer that it answers, if that had one. */
  number: z.optional(number),
});
const reconnectAck = z.object({
  type: z.literal("reconnect-ack"),
  success: boolean,
  sessionId: string,
  historyRecovered: boolean,
  /** The server's peer connection lives too: the call goes on as it was. */
  peerKept: z.optional(boolean),
});
/** Fresh servers for the next ICE restart. `expiresAt`: when their credentials end, ms since 1970. */
const iceServers = z.object({
  type: z.literal("ice-servers"),
  iceServers: array(iceServer),
  expiresAt: z.optional(number),
});
/** One ICE candidate of the server; `null` means that there are no more. */
const candidate = z.object({
  type: z.literal("candidate"),
  // Whoever takes one, a browser, looks closer at the rest of it.
  candidate: fitting<CandidateInit | null>((value) => {
    return (
      value === null || typeof (value as Partial<CandidateInit> | undefined)?.candidate === "string"
    );
  }),
});

/** Answers `audio-start`: binary frames may be sent. */
const audioStarted = z.object({ type: z.literal("audio-started") });

const speechStart = z.object({ type: z.literal("speech-start"), turnId });
const speechEnd = z.object({ type: z.literal("speech-end"), turnId });
const transcript = z.object({
  type: z.literal("transcript"),
  text: string,
  /** Older servers send final texts only and leave it out: absent is true. */
  isFinal: z.optional(boolean),
  turnId,
});
const llmChunk = z.object({
  type: z.literal("llm-chunk"),
  content: string,
  done: boolean,
  turnId,
});
const llm = z.object({ type: z.literal("llm"), text: string, turnId });
const ttsStart = z.object({ type: z.literal("tts-start"), turnId });
/** The agent begins to say these words now. */
const ttsSentence = z.object({ type: z.literal("tts-sentence"), text: string, turnId });
const audioFormat = z.literal(["mp3", "ogg", "wav", "pcm"]);
/** Speech for a client without an audio track: base64 of s16le mono samples. */
const ttsChunk = z.object({
  type: z.literal("tts-chunk"),
  format: audioFormat,
  sampleRate: number,
  data: string,
  turnId,
});
const tts = z.object({ type: z.literal("tts"), format: audioFormat, data: string, turnId });
const ttsComplete = z.object({ type: z.literal("tts-complete"), turnId });
const ttsCancelled = z.object({ type: z.literal("tts-cancelled"), turnId });
/** The caller may be speaking: the agent is silent at once, and perhaps goes on. */
const ttsPaused = z.object({ type: z.literal("tts-paused"), turnId });
/** It was nothing: the agent goes on a little before the place where it stopped. */
const ttsResumed = z.object({ type: z.literal("tts-resumed"), turnId });
/** The caller had not finished: all of this turn is void, and what he said goes into the turn `by`. */
const turnWithdrawn = z.object({ type: z.literal("turn-withdrawn"), by: string, turnId });
/** Where the time of a turn went; after its reply. */
const turnTimings = z.object({ type: z.literal("turn-timings"), ...timings.shape, turnId });
const toolCallStart = z.object({
  type: z.literal("tool-call-start"),
  name: string,
  callId: string,
  arguments: z.looseObject({}),
  turnId,
});
const toolCallEnd = z.object({
  type: z.literal("tool-call-end"),
  callId: string,
  result: z.optional(z.unknown()),
  error: z.optional(string),
  durationMs: number,
  turnId,
});
const stageChange = z.object({
  type: z.literal("stage-change"),
  from: string,
  to: string,
  reason: string,
  turnId,
});
/** Realtime models: what the agent says. Not final: the text so far, not the next piece. */
const assistantTranscript = z.object({
  type: z.literal("assistant-transcript"),
  text: string,
  isFinal: z.optional(boolean),
  turnId,
});
/** Tokens that a realtime model has used. */
const usage = z.object({
  type: z.literal("usage"),
  inputTokens: number,
  outputTokens: number,
  audioInputTokens: z.optional(number),
  audioOutputTokens: z.optional(number),
  cachedTokens: z.optional(number),
});
const modeChanged = z.object({
  type: z.literal("mode-changed"),
  mode: z.literal(["pipeline", "realtime"]),
});
/** The server ends the call; the socket closes next. */
const hangUp = z.object({ type: z.literal("hang-up"), reason: string });
const error = z.object({
  type: z.literal("error"),
  /** One of `errorCodes`; a newer server may know more. */
  code: string,
  message: string,
  turnId,
});

/** Everything a server may say to the client. No `discriminatedUnion`: pages would pay for its code. */
export const serverMessages = [
  ready,
  pong,
  signal,
  reconnectAck,
  iceServers,
  candidate,
  audioStarted,
  speechStart,
  speechEnd,
  transcript,
  llmChunk,
  llm,
  ttsStart,
  ttsSentence,
  ttsChunk,
  tts,
  ttsComplete,
  ttsCancelled,
  ttsPaused,
  ttsResumed,
  turnWithdrawn,
  turnTimings,
  toolCallStart,
  toolCallEnd,
  stageChange,
  assistantTranscript,
  usage,
  modeChanged,
  hangUp,
  error,
] as const;
export type ServerMessage = z.infer<(typeof serverMessages)[number]>;

const byType = new Map<unknown, (typeof serverMessages)[number]>(
  serverMessages.map((message) => [message.shape.type.def.values[0], message]),
);

/**
 * Reads one frame from a server.
 *
 * @throws {LLMRTCError} `INVALID_MESSAGE`: also for a type that this version does not know, which a
 * client ignores
 */
export function parseServerMessage(frame: string): ServerMessage {
  return parseMessage((type) => byType.get(type), frame, "server");
}
