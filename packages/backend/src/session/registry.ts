import type { Logger } from "@metered/llmrtc-core";
import { Session, type SessionServices } from "./session.ts";

export interface SessionRegistryOptions {
  readonly services: SessionServices;
  /** How long a session waits for its caller to come back. Default 30 minutes. */
  readonly ttlMs?: number;
  readonly logger: Logger;
}

/** All calls of a server, and those that may come back. */
export class SessionRegistry {
  readonly #services: SessionServices;
  readonly #ttlMs: number;
  readonly #logger: Logger;
  readonly #sessions = new Map<string, Entry>();

  constructor({ services, ttlMs = 30 * 60_000, logger }: SessionRegistryOptions) {
    this.#services = services;
    this.#ttlMs = ttlMs;
    this.#logger = logger;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Starts a session. Its id is unguessable, and knowing it is what lets a caller come back.
   *
   * @param services what it works with, where that is not what all have
   */
  create(owner: SessionOwner, services: SessionServices = this.#services): Session {
    const session = new Session(crypto.randomUUID(), services);
    this.#sessions.set(session.id, { session, owner, expiry: undefined });
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
    this.#sessions.set(session.id, { session, owner: undefined, expiry });
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
  readonly expiry: NodeJS.Timeout | undefined;
}
