import * as z from "zod/mini";
import { audioCodecs } from "./audio-frame.ts";
import { candidateInit } from "./candidate.ts";
import { connectionReport, connectionTrouble } from "./connection-report.ts";
import { parseMessage } from "./door.ts";

/** Most pictures in one message, and most characters of one of them; a frame holds 1 MiB in all. */
export const attachmentLimits = { count: 8, characters: 1_000_000 } as const;

const attachment = z.object({
  data: z.string().check(z.minLength(1), z.maxLength(attachmentLimits.characters)),
  mimeType: z.optional(z.string().check(z.maxLength(100))),
  alt: z.optional(z.string().check(z.maxLength(1000))),
});
/** The count is checked first, so that a frame full of nonsense costs one look, not thousands. */
const attachmentList = z.pipe(
  z.array(z.unknown()).check(z.maxLength(attachmentLimits.count)),
  z.array(attachment),
);
/** Ids and names: longer ones were never given out. */
const shortText = z.string().check(z.maxLength(200));

const ping = z.object({ type: z.literal("ping"), timestamp: z.number() });
const offerSignal = z.object({ type: z.literal("offer"), sdp: z.string() });
const offer = z.object({
  type: z.literal("offer"),
  signal: offerSignal,
  /** From a new peer connection: the one before is given up. Feature `websocket-audio`. */
  fresh: z.optional(z.boolean()),
  /** The answer has the same one. */
  number: z.optional(z.number()),
});
/** An older spelling of `offer`. */
const signal = z.object({ type: z.literal("signal"), signal: offerSignal });
const reconnect = z.object({
  type: z.literal("reconnect"),
  sessionId: shortText,
  /** The client's peer connection lives: only this socket is new. Feature `resume`. */
  peer: z.optional(z.boolean()),
});
const audio = z.object({
  type: z.literal("audio"),
  data: z.base64(),
  attachments: z.optional(attachmentList),
});
const attachments = z.object({ type: z.literal("attachments"), attachments: attachmentList });

const turnDetectionMode = z.enum(["auto", "manual"]);
/** The client's first message, sent on `ready` by clients that know more than protocol v1. */
const hello = z.object({
  type: z.literal("hello"),
  features: z.pipe(z.array(z.unknown()).check(z.maxLength(64)), z.array(shortText)),
  /** As `turn-detection` says it later. */
  turnDetection: z.optional(turnDetectionMode),
  /** `check`: no call, only a look whether one would connect. Default: a call. */
  purpose: z.optional(z.enum(["call", "check"])),
});
/** One ICE candidate of the client; `null` means that there are no more. */
const candidate = z.object({ type: z.literal("candidate"), candidate: z.nullable(candidateInit) });
/** A user turn that was typed, not spoken. */
const text = z.object({
  type: z.literal("text"),
  text: z.string().check(z.minLength(1), z.maxLength(10_000)),
  attachments: z.optional(attachmentList),
});
/** Stop speaking now. */
const interrupt = z.object({ type: z.literal("interrupt") });
/**
 * The caller's own word about his turn. `start`: he presses the button, the agent is interrupted and he
 * is heard until `end`, whatever it sounds like; `end` also ends what he is saying without a button;
 * `cancel`: it was nothing.
 */
const turn = z.object({ type: z.literal("turn"), action: z.enum(["start", "end", "cancel"]) });
/** `manual`: only `turn` begins and ends his turns; `auto`, the default: so does his voice. */
const turnDetection = z.object({
  type: z.literal("turn-detection"),
  mode: turnDetectionMode,
});
/** The caller is typing: he is there. */
const typing = z.object({ type: z.literal("typing") });
/** What the caller's speaker has come to, a few times a second while the agent speaks. */
const playout = z.object({
  type: z.literal("playout"),
  /** RTP timestamp of the sound that last left the jitter buffer; null: nothing is played. */
  position: z.nullable(z.number()),
  /** From the jitter buffer to the ear. */
  outputDelayMs: z.number(),
  /** As last measured: half of it has passed when this arrives. */
  roundTripMs: z.optional(z.number()),
});
/** Sound comes and goes as binary frames of `codec` on the socket from now on. */
const audioStart = z.object({ type: z.literal("audio-start"), codec: z.enum(audioCodecs) });
/** No more binary frames: the peer connection carries the sound again. */
const audioStop = z.object({ type: z.literal("audio-stop") });
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
  turn,
  turnDetection,
  typing,
  playout,
  audioStart,
  audioStop,
  connectionReport,
  connectionTrouble,
  bye,
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/**
 * Reads one frame from a client.
 *
 * @throws {LLMRTCError} `INVALID_MESSAGE`, naming the offending field but never quoting its content
 */
export function parseClientMessage(frame: string): ClientMessage {
  return parseMessage(() => ClientMessage, frame, "client");
}
