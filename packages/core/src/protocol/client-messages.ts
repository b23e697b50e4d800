import * as z from "zod/mini";
import { parseMessage } from "./door.ts";

const attachment = z.object({
  data: z.string().check(z.minLength(1)),
  mimeType: z.optional(z.string()),
  alt: z.optional(z.string()),
});

/** `sdpMid` and its like as RTCIceCandidateInit has them; `candidate: ""` ends a generation. */
export const candidateInit = z.object({
  candidate: z.string(),
  sdpMid: z.optional(z.nullable(z.string())),
  sdpMLineIndex: z.optional(z.nullable(z.number())),
  usernameFragment: z.optional(z.nullable(z.string())),
});
export type CandidateInit = z.infer<typeof candidateInit>;

const ping = z.object({ type: z.literal("ping"), timestamp: z.number() });
const offerSignal = z.object({ type: z.literal("offer"), sdp: z.string() });
const offer = z.object({ type: z.literal("offer"), signal: offerSignal });
/** An older spelling of `offer`. */
const signal = z.object({ type: z.literal("signal"), signal: offerSignal });
const reconnect = z.object({ type: z.literal("reconnect"), sessionId: z.string() });
const audio = z.object({
  type: z.literal("audio"),
  data: z.base64(),
  attachments: z.optional(z.array(attachment)),
});
const attachments = z.object({ type: z.literal("attachments"), attachments: z.array(attachment) });

/** The client's first message, sent on `ready` by clients that know more than protocol v1. */
const hello = z.object({ type: z.literal("hello"), features: z.array(z.string()) });
/** One ICE candidate of the client; `null` means that there are no more. */
const candidate = z.object({ type: z.literal("candidate"), candidate: z.nullable(candidateInit) });
/** A user turn that was typed, not spoken. */
const text = z.object({
  type: z.literal("text"),
  text: z.string().check(z.minLength(1), z.maxLength(10_000)),
  attachments: z.optional(z.array(attachment)),
});
/** Stop speaking now. */
const interrupt = z.object({ type: z.literal("interrupt") });
/** The client hangs up; the session need not be kept. */
const bye = z.object({ type: z.literal("bye") });

/** Everything a client may say to the server. */
export const ClientMessage = z.discriminatedUnion("type", [
  ping,
  offer,
  signal,
  reconnect,
  audio,
  attachments,
  hello,
  candidate,
  text,
  interrupt,
  bye,
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/**
 * Reads one frame from a client.
 *
 * @throws {LLMRTCError} `INVALID_MESSAGE`, naming the offending field but never quoting its content
 */
export function parseClientMessage(frame: string): ClientMessage {
  return parseMessage(ClientMessage, frame, "client");
}
