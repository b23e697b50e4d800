import {
  type Clock,
  emptyFloor,
  type Floor,
  isIdle,
  type Logger,
  type SilenceAction,
  SilenceWatch,
} from "@metered/llmrtc-core";
import type { Line, LineSource, SessionHandle, SilenceOptions, Spoken } from "./session-handle.ts";

export interface InitiativeOptions {
  readonly session: SessionHandle;
  readonly greeting: LineSource | undefined;
  readonly silence: SilenceOptions;
  /** Says it, under this id. */
  readonly say: (line: Line, id: string) => Promise<Spoken>;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
}

/** What goes on in a call: an exchange, what the agent says against the silence, or nothing. */
type Activity = "talk" | "prompt" | "quiet";

const defaultPrompt = "Are you still there?";

/** What the agent does without being asked: it greets, and it lets no silence last for ever. */
export class Initiative {
  readonly #options: InitiativeOptions;
  #watch: SilenceWatch;
  #floor = emptyFloor;
  #activity: Activity = "talk";
  #reachable = false;
  #greeted = false;
  /** What it is finding words for, or saying. */
  #own: { readonly id: string; readonly activity: Activity } | undefined;
  #over = false;

  constructor(options: InitiativeOptions) {
    this.#options = options;
    this.#watch = this.#newWatch();
  }

  /** The caller goes on with an earlier call, which began with a greeting. */
  resumed(): void {
    this.#greeted = true;
  }

  /** Sound can reach the caller (again). */
  connected(): void {
    if (this.#over) return;
    this.#reachable = true;
    const { greeting } = this.#options;
    if (!this.#greeted && greeting !== undefined) void this.#say(greeting, "talk");
    this.#greeted = true;
    this.#look();
  }

  /** It cannot, for now. */
  disconnected(): void {
    this.#reachable = false;
    this.#look();
  }

  /** Who speaks has changed. */
  moved(floor: Floor): void {
    this.#floor = floor;
    this.#look();
  }

  /** The caller types. */
  typing(): void {
    this.#watch.tell("activity");
  }

  close(): void {
    this.#over = true;
    this.#watch.close();
  }

  #look(): void {
    const before = this.#activity;
    this.#activity = this.#now();
    if (this.#over || this.#activity === before) return;
    if (this.#activity !== "prompt") this.#watch.tell(this.#activity);
  }

  #now(): Activity {
    if (!this.#reachable || (!isIdle(this.#floor) && !this.#isOwn())) return "talk";
    return this.#own?.activity ?? "quiet";
  }

  /** Whether all that happens is what the agent says of its own accord. */
  #isOwn(): boolean {
    const { parts, agent, sayings } = this.#floor;
    const ids = [...sayings, ...(agent.phase === "silent" ? [] : [agent])].map(({ id }) => id);
    return parts.length === 0 && ids.every((id) => id === this.#own?.id);
  }

  #newWatch(): SilenceWatch {
    const { silence, clock } = this.#options;
    return new SilenceWatch({
      rules: silence,
      ...(clock && { clock }),
      act: (action) => {
        void this.#act(action);
      },
    });
  }

  async #act(action: SilenceAction): Promise<void> {
    const { silence, session } = this.#options;
    if (action === "prompt") {
      await this.#say(silence.prompt ?? defaultPrompt, "prompt");
      return;
    }
    const farewell =
      silence.farewell === undefined ? undefined : await this.#say(silence.farewell, "prompt");
    if (this.#over) return;
    if (!farewell?.interrupted && this.#now() === "quiet") {
      await session.hangUp("silence");
      return;
    }
    this.#watch.close(); // he is there after all
    this.#watch = this.#newWatch();
    this.#activity = "talk";
    this.#look();
  }

  /** Says what is found, unless somebody has something to say meanwhile. Never rejects. */
  async #say(source: LineSource, activity: Activity): Promise<Spoken | undefined> {
    const { session, say, logger } = this.#options;
    const own = { id: crypto.randomUUID(), activity };
    this.#own = own;
    this.#look();
    try {
      const line = typeof source === "function" ? await source(session) : source;
      if (line === undefined || this.#over || !isIdle(this.#floor)) return undefined;
      return await say(line, own.id);
    } catch (error) {
      logger.error({ error, sessionId: session.id }, "the agent has found nothing to say");
      return undefined;
    } finally {
      this.#own = undefined;
      this.#look();
    }
  }
}
