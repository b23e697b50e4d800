import {
  defaultPathTimes,
  newPath,
  offered,
  type PathPhase,
  type PathSample,
  type PathTimes,
  watchPath,
} from "../path-watch.ts";

export interface PathWatcherOptions {
  readonly times: Partial<PathTimes>;
  /** Looks at the path; undefined while there is none. */
  readonly sample: () => PathSample | undefined;
  readonly onPhase: (phase: PathPhase) => void;
}

const lookEveryMs = 1000;

/** Looks at a call's path once a second, and whenever told that something changed. */
export class PathWatcher {
  readonly #options: PathWatcherOptions;
  readonly #times: PathTimes;
  #path = newPath(performance.now());
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PathWatcherOptions) {
    this.#options = options;
    this.#times = { ...defaultPathTimes, ...options.times };
  }

  /** An offer was answered: from now on the path is looked after. */
  offered(): void {
    this.#path = offered(this.#path, performance.now());
    this.#timer ??= setInterval(() => {
      this.look();
    }, lookEveryMs);
  }

  look(): void {
    const sample = this.#options.sample();
    if (sample === undefined) return;
    const before = this.#path.phase;
    this.#path = watchPath(this.#path, sample, performance.now(), this.#times);
    if (this.#path.phase !== before) this.#options.onPhase(this.#path.phase);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
