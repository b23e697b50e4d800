import {
  type ClientMessage,
  Emitter,
  type Feature,
  History,
  Lifetime,
  type Message,
  type ServerMessage,
  type VisionAttachment,
} from "@metered/llmrtc-core";
import type { Transport } from "../transport/transport.ts";
import { Initiative } from "./initiative.ts";
import { Media } from "./media.ts";
import type { Line, SayOptions, SessionHandle, Spoken } from "./session-handle.ts";
import type { SessionServices } from "./session-services.ts";
import { Turns } from "./turns.ts";
import { messageVoice } from "./voice-outputs.ts";

type SessionEvents = {
  /** For the client, on whichever channel reaches it. */
  message: ServerMessage;
  /** The call is to be ended, for this reason. */
  "hang-up": string;
};

type TurnAction = Extract<ClientMessage, { readonly type: "turn" }>["action"];

/** At most this many pictures wait for the next turn; the oldest go first. */
const maxPendingAttachments = 8;

/**
 * One call: it owns the transport, the ear, the turns and the history, and closes them. It outlives a
 * lost connection, so that the caller can come back to it.
 */
export class Session extends Emitter<SessionEvents> implements SessionHandle {
  #id: string;
  readonly #services: SessionServices;
  readonly #lifetime = new Lifetime();
  readonly #history: History;
  readonly #turns: Turns;
  readonly #send = (message: ServerMessage): void => {
    this.emit("message", message);
  };
  #attachments: VisionAttachment[] = [];
  #features: ReadonlySet<string> = new Set<Feature>();
  #media: Media | undefined;
  readonly #initiative: Initiative;
  #manual = false;

  constructor(id: string, services: SessionServices) {
    super();
    this.#id = id;
    this.#services = services;
    const { systemPrompt, historyLimit } = services;
    this.#history = new History({ ...(systemPrompt && { systemPrompt }), limit: historyLimit });
    this.#initiative = new Initiative({
      session: this,
      greeting: services.greeting,
      silence: services.silence ?? {},
      say: (line, id) => this.#say(line, { id }),
      logger: services.turn.logger,
      clock: services.time,
    });
    this.#turns = new Turns({
      sessionId: () => this.#id,
      history: this.#history,
      turn: services.turn,
      voice: (turnId) => this.#media?.voice ?? messageVoice(turnId, this.#send),
      send: this.#send,
      has: (feature) => this.#features.has(feature),
      pictures: {
        waiting: () => this.#attachments.length > 0,
        take: () => this.#attachments.splice(0),
      },
      moved: (floor) => {
        this.#initiative.moved(floor);
      },
      signal: this.#lifetime.signal,
      ...(services.time && { clock: services.time }),
    });
  }

  /** Unguessable; changes once, when the caller comes back to an earlier session. */
  get id(): string {
    return this.#id;
  }

  get history(): History {
    return this.#history;
  }

  get messages(): readonly Message[] {
    return this.#history.messages;
  }

  say(line: Line, options: SayOptions = {}): Promise<Spoken> {
    return this.#say(line, options);
  }

  async hangUp(reason = "hung-up"): Promise<void> {
    this.emit("hang-up", reason);
    await this.close();
  }

  /** Nobody wants to talk: the agent does nothing of its own accord. */
  stayQuiet(): void {
    this.#initiative.close();
  }

  /** The caller is typing. */
  typing(): void {
    this.#initiative.typing();
  }

  /** What the client can do beyond protocol v1. */
  set features(features: readonly string[]) {
    this.#features = new Set(features);
  }

  /** Goes on where `earlier`, which is closed, stopped: with its id and its history. */
  continue(earlier: Session): void {
    this.#id = earlier.id;
    this.#history.restore(earlier.history);
    this.#initiative.resumed();
  }

  /** Only the caller himself begins and ends his spoken turns, by `turn`. */
  set manual(manual: boolean) {
    this.#manual = manual;
    if (this.#media?.ear) this.#media.ear.manual = manual;
  }

  /** The caller presses his button, releases it (or mutes his microphone), or takes back what he said. */
  turn(action: TurnAction): void {
    const ear = this.#media?.ear;
    if (action === "start") {
      this.#turns.interrupt(); // now, not when the next sound comes
      ear?.press();
    }
    if (action === "end") ear?.flush();
    if (action === "cancel") ear?.cancel();
  }

  /** The caller typed. What he was saying meanwhile ends there, and is heard before it. */
  read(text: string, attachments: readonly VisionAttachment[] = []): void {
    this.#media?.ear?.flush();
    this.#turns.read(text, attachments);
  }

  /** A whole recording, from clients without an audio track. */
  hear(recording: Uint8Array, attachments: readonly VisionAttachment[] = []): void {
    this.#turns.hear(recording, attachments);
  }

  /** Pictures for the turn that comes next, or that is being spoken now. */
  show(attachments: readonly VisionAttachment[]): void {
    this.#attachments = [...this.#attachments, ...attachments].slice(-maxPendingAttachments);
  }

  /** The caller's end says what it has played. */
  attest(attestation: Parameters<Media["attest"]>[0]): void {
    this.#media?.attest(attestation);
  }

  /** Stops the agent's reply. */
  interrupt(): void {
    this.#turns.interrupt();
  }

  /** Carries the call over `transport` from now on, which the session owns and closes. */
  attach(transport: Transport): void {
    void this.detach();
    const media = new Media({
      transport,
      services: this.#services,
      turns: this.#turns,
      sessionId: () => this.#id,
      send: this.#send,
      pauses: () => this.#features.has("pause"),
    });
    if (media.ear) media.ear.manual = this.#manual;
    this.#media = media;
    transport.on("connected", () => {
      if (this.#media === media) this.#initiative.connected();
    });
    transport.on("disconnected", () => {
      if (this.#media === media) this.#initiative.disconnected();
    });
    transport.on("end", () => {
      if (this.#media === media) void this.detach();
    });
    media.listen();
  }

  /** The connection is gone: the agent stops talking, the history stays. */
  async detach(): Promise<void> {
    const media = this.#media;
    if (!media) return;
    this.#media = undefined;
    this.#initiative.disconnected();
    this.#turns.interrupt({ force: true });
    await media.close();
  }

  /** Resolves when the agent has finished what it is saying. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  async close(): Promise<void> {
    this.#initiative.close();
    await this.#lifetime.close(new Error("the session is closed"));
    await this.detach();
    await this.#turns.idle();
  }

  #say(line: Line, options: Parameters<Turns["say"]>[1]): Promise<Spoken> {
    const { interruptible, ...prompt }: Exclude<Line, string> =
      typeof line === "string" ? { text: line } : line;
    return this.#turns.say(prompt, {
      ...(interruptible !== undefined && { interruptible }),
      ...options,
    });
  }
}
