import type { Logger } from "@metered/llmrtc-core";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { atEase, nextStrain } from "./capacity.ts";

export interface EventLoopWatchOptions {
  /** At this delay the process is strained. */
  readonly limitMs: number;
  readonly logger: Logger;
  /** Delay of the last second in milliseconds; tests bring their own. */
  readonly measure?: (() => number) | undefined;
}

const lookEveryMs = 1_000;
/** How often the event loop is asked to come round, which is part of what is measured. */
const resolutionMs = 20;
/** One long pause in a second is none of the calls' doing. */
const percentile = 95;
const nanosecondsPerMs = 1e6;

/** Looks once a second how late this process's event loop is. */
export class EventLoopWatch {
  readonly #options: EventLoopWatchOptions;
  readonly #histogram: IntervalHistogram;
  readonly #timer: NodeJS.Timeout;
  #strain = atEase;

  constructor(options: EventLoopWatchOptions) {
    this.#options = options;
    this.#histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.look();
    }, lookEveryMs);
    this.#timer.unref();
  }

  get strained(): boolean {
    return this.#strain.strained;
  }

  look(): void {
    const { limitMs, logger, measure } = this.#options;
    const delayMs = measure?.() ?? this.#delayMs();
    this.#histogram.reset();
    const { strained } = this.#strain;
    this.#strain = nextStrain(this.#strain, delayMs, limitMs);
    if (this.#strain.strained === strained) return;
    const news = strained
      ? "the event loop keeps up again"
      : "the event loop is late: no new callers";
    logger.warn({ delayMs: Math.round(delayMs) }, news);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #delayMs(): number {
    return this.#histogram.percentile(percentile) / nanosecondsPerMs - resolutionMs;
  }
}
