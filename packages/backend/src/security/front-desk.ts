import { LLMRTCError, type Logger } from "@metered/llmrtc-core";
import type { WebSocket } from "ws";
import { entrance } from "./capacity.ts";
import { EventLoopWatch } from "./event-loop-watch.ts";
import { ReturnGate } from "./return-gate.ts";

export interface CapacityOptions {
  /**
   * Most calls at once. A call whose caller was lost keeps its place for 30 s. Default: no limit but
   * what the process can carry.
   */
  readonly maxSessions?: number | undefined;
  /**
   * When the event loop has been so late for three seconds (95th percentile of each), no new caller is
   * taken, for the good of the running calls. Default 100 ms; `Infinity` takes everybody.
   */
  readonly maxEventLoopDelayMs?: number | undefined;
}

/** The sessions of a server, as far as their places matter. */
export interface Places {
  readonly occupied: number;
  hasPlace(sessionId: string): boolean;
}

/** How full the server is, for `/health`. */
export interface Capacity {
  /** Calls that run, and those whose caller was lost a moment ago. */
  readonly sessions: number;
  readonly maxSessions: number | null;
  /** Whether a new caller would be taken now. */
  readonly accepting: boolean;
}

export const defaultMaxEventLoopDelayMs = 100;

/**
 * Gives out the places for calls. A decision takes no time, and what it gives is taken at once, so that
 * however many callers come together there are never more calls than places.
 */
export class FrontDesk {
  readonly #maxSessions: number;
  readonly #places: Places;
  readonly #loop: Pick<EventLoopWatch, "strained" | "close">;
  readonly #asking = new Set<ReturnGate>();

  constructor(
    options: CapacityOptions & {
      readonly places: Places;
      readonly logger: Logger;
      readonly loop?: Pick<EventLoopWatch, "strained" | "close">;
    },
  ) {
    this.#maxSessions = options.maxSessions ?? Number.POSITIVE_INFINITY;
    this.#places = options.places;
    const limitMs = options.maxEventLoopDelayMs ?? defaultMaxEventLoopDelayMs;
    this.#loop = options.loop ?? new EventLoopWatch({ limitMs, logger: options.logger });
  }

  get capacity(): Capacity {
    const sessions = this.#places.occupied - this.#asking.size;
    return {
      sessions,
      maxSessions: Number.isFinite(this.#maxSessions) ? this.#maxSessions : null,
      accepting: this.#entrance() === "open",
    };
  }

  /**
   * Decides about a caller, for whom a session must be made before anybody else is asked about.
   *
   * @param refused called when a gate that was given will not open any more
   * @returns `open`, `closed`, or the gate behind which he may say that he comes back
   */
  receive(socket: WebSocket, refused: () => void): "open" | "closed" | ReturnGate {
    const decision = this.#entrance();
    if (decision !== "returning") return decision;
    const gate = new ReturnGate({
      hasPlace: (sessionId) => {
        const known = this.#places.hasPlace(sessionId);
        if (known) this.#asking.delete(gate);
        return known;
      },
      refused,
    });
    this.#asking.add(gate);
    socket.on("close", () => {
      gate.close();
      this.#asking.delete(gate);
    });
    return gate;
  }

  close(): void {
    this.#loop.close();
  }

  #entrance() {
    return entrance({
      occupied: this.#places.occupied - this.#asking.size,
      maxSessions: this.#maxSessions,
      strained: this.#loop.strained,
      asking: this.#asking.size,
    });
  }
}

/** @throws {LLMRTCError} `INVALID_CONFIG`, naming the option */
export function checkCapacity({ maxSessions, maxEventLoopDelayMs }: CapacityOptions): void {
  if (maxSessions !== undefined && !(Number.isInteger(maxSessions) && maxSessions >= 1)) {
    throw new LLMRTCError("INVALID_CONFIG", "maxSessions must be a whole number from 1");
  }
  if (maxEventLoopDelayMs !== undefined && !(maxEventLoopDelayMs > 0)) {
    throw new LLMRTCError("INVALID_CONFIG", "maxEventLoopDelayMs must be more than 0");
  }
}
