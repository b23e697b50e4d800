import { type Clock, type Logger, systemClock } from "@metered/llmrtc-core";
import { Session } from "./session.ts";
import type { SessionServices } from "./session-services.ts";

export interface SessionRegistryOptions {
  readonly services: SessionServices;
  /** How long a session waits for its caller to come back. Default 30 minutes. */
  readonly ttlMs?: number;
  readonly logger: Logger;
  readonly clock?: Pick<Clock, "now">;
}

/** A caller whose network broke is back by then. */
const placeKeptMs = 30_000;

/** All calls of a server, and those that may come back. */
export class SessionRegistry {
  readonly #services: SessionServices;
  readonly #ttlMs: number;
  readonly #logger: Logger;
  readonly #clock: Pick<Clock, "now">;
  readonly #sessions = new Map<string, Entry>();

  constructor(options: SessionRegistryOptions) {
    const { services, ttlMs = 30 * 60_000, logger, clock = systemClock } = options;
    this.#services = services;
    this.#ttlMs = ttlMs;
    this.#logger = logger;
    this.#clock = clock;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Calls that run, and those whose caller was lost a moment ago and will be back. */
  get occupied(): number {
    return [...this.#sessions.keys()].filter((id) => this.hasPlace(id)).length;
  }

  /** Whether the session is one of those that are `occupied`. */
  hasPlace(id: string): boolean {
    const entry = this.#sessions.get(id);
    if (!entry) return false;
    return entry.owner !== undefined || this.#clock.now() - entry.lostAt < placeKeptMs;
  }

  /**
   * Starts a session. Its id is unguessable, and knowing it is what lets a caller come back.
   *
   * @param services what it works with, where that is not what all have
   */
  create(owner: SessionOwner, services: SessionServices = this.#services): Session {
    const session = new Session(crypto.randomUUID(), services);
    this.#sessions.set(session.id, { session, owner, lostAt: 0, expiry: undefined });
    session.on("hang-up", (reason) => {
      this.#sessions.get(session.id)?.owner?.hungUp?.(reason);
      void this.remove(session);
    });
    return session;
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)?.session;
  }

  /**
   * Lets `session` go on where the session `id` stopped: it takes over its id and history. A connection
   * that still holds the old one is dead without knowing it, and is told so.
   *
   * @returns false when there is no such session (any more)
   */
  async resume(id: string, session: Session): Promise<boolean> {
    const earlier = this.#sessions.get(id);
    const current = this.#sessions.get(session.id);
    if (!earlier || !current || earlier === current) return earlier !== undefined;
    this.#sessions.delete(id); // now, so that of two claims only one succeeds
    clearTimeout(earlier.expiry);
    earlier.owner?.replaced();
    await this.#close(earlier.session);
    this.#sessions.delete(session.id);
    session.continue(earlier.session);
    this.#sessions.set(id, current);
    return true;
  }

  /** The caller's connection is lost: the session waits for him. */
  release(session: Session): void {
    const entry = this.#sessions.get(session.id);
    if (entry?.session !== session) return; // resumed by another connection
    void session.detach();
    const expiry = setTimeout(() => void this.remove(session), this.#ttlMs);
    expiry.unref();
    const lostAt = this.#clock.now();
    this.#sessions.set(session.id, { session, owner: undefined, lostAt, expiry });
  }

  async remove(session: Session): Promise<void> {
    const entry = this.#sessions.get(session.id);
    if (entry?.session !== session) return;
    clearTimeout(entry.expiry);
    this.#sessions.delete(session.id);
    await this.#close(session);
  }

  /** Resolves when no agent is in the middle of a turn. */
  async idle(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ session }) => session.idle()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ session }) => this.remove(session)));
  }

  async #close(session: Session): Promise<void> {
    await session.close().catch((error: unknown) => {
      this.#logger.error({ error, sessionId: session.id }, "a session did not close");
    });
  }
}

/** Who holds a session now. */
export interface SessionOwner {
  /** Another connection has taken the session over. */
  replaced(): void;
  /** The call is over, for this reason: whoever holds it tells his client. */
  hungUp?(reason: string): void;
}

interface Entry {
  readonly session: Session;
  readonly owner: SessionOwner | undefined;
  /** Matters where there is no owner. */
  readonly lostAt: number;
  readonly expiry: NodeJS.Timeout | undefined;
}
