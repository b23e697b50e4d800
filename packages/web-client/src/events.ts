import type { ConnectionReason, SelectedPair, TurnTimings } from "@metered/llmrtc-core";
import type { LadderReason } from "./connection/ladder.ts";
import type { ConnectionState } from "./connection/state.ts";
import type { LLMRTCClientError } from "./errors.ts";

/** What an event belongs to. `turnId` is present when the server numbers its turns. */
export interface TurnInfo {
  readonly turnId?: string;
}

export interface ToolCallStartPayload {
  readonly name: string;
  readonly callId: string;
  readonly arguments: Record<string, unknown>;
}

export interface ToolCallEndPayload {
  readonly callId: string;
  readonly result?: unknown;
  readonly error?: string;
  readonly durationMs: number;
}

export interface StageChangePayload {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** Tokens that a realtime model has used so far. */
export interface UsagePayload {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly audioInputTokens?: number;
  readonly audioOutputTokens?: number;
  readonly cachedTokens?: number;
}

export interface LevelPayload {
  /** Loudness of the microphone, 0 (silent, muted or absent) to 1 (full scale). */
  readonly input: number;
  /** Loudness of the agent, 0 to 1. */
  readonly output: number;
}

/** The microphone that is shared. */
export interface MicrophoneInfo {
  /** Absent when the browser does not say. */
  readonly deviceId?: string;
  /** As the browser names it, e.g. "Headset (USB)"; may be empty. */
  readonly label: string;
  readonly muted: boolean;
}

/** How sound travels between caller and server, and why so. */
export interface ConnectionReport {
  readonly kind: "webrtc" | "websocket";
  /** WebRTC over a TURN server. Absent with `websocket`, and when the browser does not say. */
  readonly relayed?: boolean;
  /** Kinds of address at both ends, and the last round trip. Present as `relayed` is. */
  readonly pair?: SelectedPair;
  /** With `websocket`: why WebRTC does not carry the sound, as far as is known by now. */
  readonly reason?: ConnectionReason;
  readonly why: LadderReason;
  /** Packets of the agent's sound that got lost, in percent of all since the last report; on WebRTC. */
  readonly lossPct?: number;
  /** How unevenly they arrive, as RFC 3550 has it. Present as `lossPct` is: not before sound came. */
  readonly jitterMs?: number;
  /** For so long no sound could flow before this step, as the path that there was had broken; in ms. */
  readonly recoveredAfterMs?: number;
  /** From the server's greeting to this step, in ms. */
  readonly afterMs: number;
  /** WebRTC connections tried so far. */
  readonly attempts: number;
}

export type { ConnectionReason, LadderReason, SelectedPair };

export type AudioFormat = "mp3" | "ogg" | "wav" | "pcm";
export type SessionMode = "pipeline" | "realtime";

/** Event name → arguments of its listener. */
export type ClientEvents = {
  /** What the caller said. Not final: the text so far, each replaces the one before. */
  transcript: [text: string, isFinal: boolean, info: TurnInfo];
  /** The next piece of the reply's text; never empty. */
  llmChunk: [content: string, info: TurnInfo];
  /** The whole text of the reply. */
  llm: [text: string, info: TurnInfo];
  speechStart: [info: TurnInfo];
  speechEnd: [info: TurnInfo];
  ttsStart: [info: TurnInfo];
  /** The agent begins to say these words now: the reply's text without markup, piece by piece. */
  ttsSentence: [text: string, info: TurnInfo];
  ttsComplete: [info: TurnInfo];
  ttsCancelled: [info: TurnInfo];
  /** The caller may be speaking: the agent is silent, and `ttsResumed` or `ttsCancelled` follows. */
  ttsPaused: [info: TurnInfo];
  /** It was a cough, or a nod: the agent goes on where it stopped. */
  ttsResumed: [info: TurnInfo];
  /**
   * The caller had not finished: nothing of this turn stands, neither his words nor the reply. They come
   * again in the turn `by`, with what he adds.
   */
  turnWithdrawn: [by: string, info: TurnInfo];
  /** Where the time of a turn went, after its reply. */
  turnTimings: [timings: TurnTimings, info: TurnInfo];
  /** The agent's voice: when connected, and when sound goes another way from now on. */
  ttsTrack: [stream: MediaStream];
  /** A whole spoken reply, from servers that cannot put it on the track. Not played by the client. */
  tts: [data: ArrayBuffer, format: AudioFormat, info: TurnInfo];
  /** A piece of it: s16le mono when `format` is `pcm`. */
  ttsChunk: [data: ArrayBuffer, format: AudioFormat, sampleRate: number, info: TurnInfo];
  toolCallStart: [call: ToolCallStartPayload, info: TurnInfo];
  toolCallEnd: [call: ToolCallEndPayload, info: TurnInfo];
  stageChange: [change: StageChangePayload, info: TurnInfo];
  /** Realtime models: what the agent says, as it says it. Not final: the text so far. */
  assistantTranscript: [text: string, isFinal: boolean, info: TurnInfo];
  usage: [usage: UsagePayload];
  modeChanged: [mode: SessionMode];

  stateChange: [state: ConnectionState];
  /** Try number `attempt` of `maxAttempts` has been scheduled, because of `reason`. */
  reconnecting: [attempt: number, maxAttempts: number, reason: LLMRTCClientError];
  /** Back again; false when the server had forgotten the conversation. */
  reconnected: [historyRecovered: boolean];
  /** The server ended the call, e.g. because of `silence`; the state is `closed` next. */
  hangUp: [reason: string];
  error: [error: LLMRTCClientError];
  /**
   * Connected (again), or sound goes another way from now on. With WebRTC the report of the step comes
   * again every 10 s, with the same `afterMs` and fresh figures.
   */
  connectionReport: [report: ConnectionReport];

  /** The browser wants a gesture first: call `resumePlayback()` from a click. */
  playbackBlocked: [error: LLMRTCClientError];
  /** The agent is audible (again). */
  playbackStarted: [];
  /** About 20 times a second while connected; measured only while somebody listens. */
  level: [level: LevelPayload];
  /** Shared, muted, switched or, with null, gone. */
  microphoneChange: [microphone: MicrophoneInfo | null];
  /** Microphones or speakers were plugged or unplugged. */
  devicesChange: [];
};
