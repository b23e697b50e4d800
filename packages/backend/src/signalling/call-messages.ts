import {
  type ClientMessage,
  type Logger,
  MetricNames,
  type MetricsAdapter,
} from "@metered/llmrtc-core";
import type { ConnectionWatch } from "../observe/connection-watch.ts";
import type { SessionRegistry } from "../session/registry.ts";
import type { Session } from "../session/session.ts";
import type { ClientEnd } from "./client-end.ts";
import type { Ways } from "./ways.ts";

/** What a client may say to its call. A `ping` is for the socket. */
export type CallMessage = Exclude<ClientMessage, { readonly type: "ping" }>;

/** What there is of a call, for the client to act on. */
export interface CallParts {
  readonly client: ClientEnd;
  readonly session: Session;
  readonly sessions: SessionRegistry;
  readonly ways: Ways;
  readonly watch: ConnectionWatch;
  readonly metrics: MetricsAdapter;
  readonly logger: Logger;
}

/** What follows from a message. */
export interface Deed<Message> {
  /** It is about this very moment, and does not wait. The others are done in their order, after `ready`. */
  readonly urgent: boolean;
  /** A method, so that the deed for one type of message can be looked up by the type of any. */
  act(call: CallParts, message: Message): void | Promise<void>;
}

type Of<Type extends CallMessage["type"]> = Extract<CallMessage, { readonly type: Type }>;
type Act<Message> = Deed<Message>["act"];

const atOnce = <Message>(act: Act<Message>): Deed<Message> => ({ urgent: true, act });
const inTurn = <Message>(act: Act<Message>): Deed<Message> => ({ urgent: false, act });

const deeds: { readonly [Type in CallMessage["type"]]: Deed<Of<Type>> } = {
  hello: atOnce(greet), // the first, and all others are understood by it
  offer: inTurn(answer),
  signal: inTurn((call, { signal }) => answer(call, { signal })), // its older spelling
  candidate: inTurn(({ watch, ways }, { candidate }) => {
    watch.candidate(candidate);
    ways.addCandidate(candidate);
  }),
  reconnect: inTurn(comeBack),
  text: inTurn(({ watch, session }, { text, attachments }) => {
    watch.spoke();
    session.read(text, attachments);
  }),
  audio: inTurn(({ watch, session }, { data, attachments }) => {
    watch.spoke();
    session.hear(Buffer.from(data, "base64"), attachments);
  }),
  attachments: inTurn(({ session }, { attachments }) => {
    session.show(attachments);
  }),
  interrupt: inTurn(({ session }) => {
    session.interrupt();
  }),
  typing: inTurn(({ session }) => {
    session.typing();
  }),
  "audio-start": inTurn(async ({ client, ways }, { codec }) => {
    if (!client.outlet) return;
    await ways.startAudio(client.outlet.socket, codec);
    client.send({ type: "audio-started" });
  }),
  "audio-stop": inTurn(({ ways }) => ways.stopAudio()),
  bye: inTurn(async ({ client, sessions, session, watch }) => {
    watch.goodbye();
    await sessions.remove(session);
    client.outlet?.close(1000, "bye");
  }),
  playout: atOnce(({ session }, message) => {
    session.attest(message);
  }),
  turn: atOnce(({ session }, { action }) => {
    session.turn(action);
  }),
  "turn-detection": atOnce(({ session }, { mode }) => {
    session.manual = mode === "manual";
  }),
  "connection-report": atOnce(({ watch }, report) => {
    watch.reported(report);
  }),
  "connection-trouble": atOnce(({ watch }, { reason }) => {
    watch.trouble(reason);
  }),
};

/** What follows from a message of this type; every type has its deed. */
export function deedOf(message: CallMessage): Deed<CallMessage> {
  return deeds[message.type];
}

function greet({ client, session, watch }: CallParts, hello: Of<"hello">): void {
  client.features = new Set(hello.features);
  session.features = hello.features;
  if (hello.turnDetection) session.manual = hello.turnDetection === "manual";
  if (hello.purpose === "check") session.stayQuiet();
  watch.hello(hello.purpose ?? "call");
}

async function answer(
  { client, ways, watch }: CallParts,
  { signal, fresh = false, number }: Omit<Of<"offer">, "type">,
): Promise<void> {
  watch.offered(signal.sdp, fresh);
  const trickle = client.has("trickle");
  const { answer: sdp, sent } = await ways.accept(signal.sdp, { fresh, trickle });
  client.send({
    type: "signal",
    signal: { type: "answer", sdp },
    ...(number !== undefined && { number }),
  });
  sent();
}

/** The caller comes back to an earlier session: its history goes on over this connection. */
async function comeBack(
  { client, session, sessions, watch, metrics, logger }: CallParts,
  { sessionId, peer }: Of<"reconnect">,
): Promise<void> {
  if (peer) watch.forget(); // the call that it was for is gone, and the client begins another
  const { id: openedAs } = session;
  const success = await sessions.resume(sessionId, session);
  if (success) {
    metrics.increment(MetricNames.RECONNECTIONS);
    logger.info({ sessionId, openedAs }, "caller is back");
  }
  client.send({
    type: "reconnect-ack",
    success,
    sessionId: session.id,
    historyRecovered: success && session.history.messages.length > 0,
  });
}
