import { LLMRTCWebClient } from "@metered/llmrtc-web-client";
import { packetsHeard } from "./statistics.ts";
import { peers } from "./watched-peers.ts";

/** What happened in a call that something befell, from the page's side. Times in ms since the event. */
export interface StoryResult {
  /** The longest time without the agent's voice. */
  readonly silenceMs: number;
  /** How long after the network was whole again the voice was back; 0 when it was never away. */
  readonly backMs: number;
  /** The voice was there at the end. */
  readonly recovered: boolean;
  /** How the call ended, when the client gave it up: the error's code and reason. */
  readonly ended: Ending | undefined;
  /** What the client said and what the browser's connections were, in order. */
  readonly events: readonly { readonly what: string; readonly atMs: number }[];
  /** How many connections the call took. */
  readonly connections: number;
}

export interface Ending {
  readonly code: string;
  readonly reason: string | undefined;
}

export interface Watch {
  /** When the event began, by the page's clock. */
  readonly eventAt: number;
  /** From when on nothing was in the way of the call any more. */
  readonly wholeAt: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

const sampleMs = 50;
/** The agent's tone is far louder. */
const audible = 0.05;
/** A voice that is gone for so long is asked for again, as a person would. */
const askAgainMs = 2000;
/** So long a voice without a gap means that the call is well. */
const wellMs = 3000;
/** A voice that is away for so long is missed. */
const gapMs = 500;

/** A call in which the agent talks all the time, so that each gap can be heard. */
export class StoryCall {
  readonly #client = new LLMRTCWebClient({ signallingUrl: `wss://${location.host}` });
  readonly #events: { readonly what: string; readonly at: number }[] = [];
  #ended: Ending | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #packets = 0;
  #heardAt = 0;
  #askedAt = 0;
  #silenceMs = 0;
  /** When the last gap ended. */
  #backAt = 0;

  /** Resolves when the agent talks. */
  async start(): Promise<void> {
    const client = this.#client;
    client.on("stateChange", (state) => {
      this.#note(`client ${state}`);
    });
    client.on("connectionReport", ({ kind, why }) => {
      this.#note(`report ${kind} ${why}`);
    });
    client.on("error", ({ code, reason, recoverable }) => {
      this.#note(`error ${code}`);
      if (!recoverable) this.#ended = { code, reason };
    });
    for (const name of ["online", "offline"]) {
      addEventListener(name, () => {
        this.#note(`browser ${name}`);
      });
    }
    const { connection } = navigator as { connection?: EventTarget };
    connection?.addEventListener("change", () => {
      this.#note("network changed");
    });
    await client.start();
    this.#ask();
    this.#timer = setInterval(() => void this.#sample(), sampleMs);
    while (this.#heardAt === 0) await passed(sampleMs);
    await passed(1000);
    this.#silenceMs = 0;
  }

  /** Waits until the call has been well for three seconds, has ended, or the time is over. */
  async watch({ eventAt, wholeAt, leastMs, mostMs }: Watch): Promise<StoryResult> {
    const began = performance.now();
    const passedMs = (): number => performance.now() - began;
    while (
      passedMs() < mostMs &&
      this.#ended === undefined &&
      (passedMs() < leastMs || !this.#isWell(wholeAt))
    ) {
      await passed(sampleMs);
    }
    clearInterval(this.#timer);
    const recovered = this.#isWell(wholeAt);
    const last = performance.now() - this.#heardAt;
    const events = [...this.#events, ...browserEvents()];
    this.#client.close();
    return {
      silenceMs: Math.max(this.#silenceMs, last),
      backMs: Math.max(0, this.#backAt - wholeAt),
      recovered,
      ended: this.#ended,
      events: events
        .filter(({ at }) => at >= eventAt)
        .sort((a, b) => a.at - b.at)
        .map(({ what, at }) => ({ what, atMs: at - eventAt })),
      connections: peers.length,
    };
  }

  #isWell(wholeAt: number): boolean {
    const now = performance.now();
    if (this.#client.state !== "connected") return false;
    return now - this.#heardAt < gapMs && now - Math.max(this.#backAt, wholeAt) > wellMs;
  }

  #ask(): void {
    this.#askedAt = performance.now();
    this.#client.sendText("Tell me a story");
  }

  async #sample(): Promise<void> {
    const hears = await this.#hears();
    const now = performance.now();
    const gap = now - this.#heardAt;
    if (hears) {
      if (this.#heardAt > 0 && gap > gapMs) this.#backAt = now;
      if (this.#heardAt > 0) this.#silenceMs = Math.max(this.#silenceMs, gap);
      this.#heardAt = now;
    } else if (
      this.#client.state === "connected" &&
      gap > askAgainMs &&
      now - this.#askedAt > askAgainMs
    ) {
      this.#ask();
    }
  }

  /** Whether something of the voice came since the last time. */
  async #hears(): Promise<boolean> {
    if (this.#client.connectionReport?.kind === "websocket") {
      return this.#client.outputLevel > audible;
    }
    const peer = peers.at(-1);
    const packets = peer ? await packetsHeard(peer.connection) : 0;
    const before = this.#packets;
    this.#packets = packets;
    return packets > 0 && packets !== before;
  }

  #note(what: string): void {
    this.#events.push({ what, at: performance.now() });
  }
}

function browserEvents(): { readonly what: string; readonly at: number }[] {
  return peers.flatMap(({ states }, n) =>
    states.map(({ state, at }) => ({ what: `connection ${n + 1} ${state}`, at })),
  );
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
