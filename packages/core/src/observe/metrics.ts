export type MetricTags = Readonly<Record<string, string>>;

/** Where numbers go: StatsD, Prometheus, a test. Names are those of {@link MetricNames}. */
export interface MetricsAdapter {
  /** Adds `value`, 1 by default, to a counter. */
  increment(name: string, value?: number, tags?: MetricTags): void;
  timing(name: string, durationMs: number, tags?: MetricTags): void;
  gauge(name: string, value: number, tags?: MetricTags): void;
}

/** Names ending in `_ms` are timings in milliseconds. */
export const MetricNames = {
  STT_DURATION: "llmrtc.stt.duration_ms",
  /** From the request to the first text of the reply. */
  LLM_TTFT: "llmrtc.llm.ttft_ms",
  LLM_DURATION: "llmrtc.llm.duration_ms",
  LLM_TOKENS: "llmrtc.llm.tokens",
  TTS_DURATION: "llmrtc.tts.duration_ms",
  TURN_DURATION: "llmrtc.turn.duration_ms",
  /** From the end of the caller's speech to the first sample of the answer. */
  TURN_FIRST_AUDIO: "llmrtc.turn.first_audio_ms",
  TURN_INTERRUPTIONS: "llmrtc.turn.interruptions",
  /** Replies that had cut the caller off and were taken back. */
  TURN_WITHDRAWALS: "llmrtc.turn.withdrawals",
  /** Voices over the agent that were judged; tag `verdict`: `turn` or `nothing`. */
  TURN_CONTESTS: "llmrtc.turn.contests",
  /** From the start of a voice over the agent to its verdict. */
  TURN_CONTEST_DURATION: "llmrtc.turn.contest_ms",
  /** Requests made before the caller had finished; tag `outcome`: `used` or `dropped`. */
  PREEMPTIVE_GUESSES: "llmrtc.preemptive.guesses",
  /** Tokens of dropped guesses, read and written, by four characters each. */
  PREEMPTIVE_WASTED_TOKENS: "llmrtc.preemptive.wasted_tokens",
  SESSION_DURATION: "llmrtc.session.duration_ms",
  ACTIVE_SESSIONS: "llmrtc.sessions.active",
  SESSION_TURNS: "llmrtc.session.turns",
  ERRORS: "llmrtc.errors",
  CONNECTIONS: "llmrtc.connections.active",
  RECONNECTIONS: "llmrtc.reconnections",
  /** Callers who wanted to be connected. */
  CONNECTION_ATTEMPTS: "llmrtc.connection.attempts",
  /** How they ended, each once. Tags: `outcome` (`connected`, `failed`), `reason` of a failure. */
  CONNECTION_OUTCOMES: "llmrtc.connection.outcomes",
  /** From being let in to sound and messages. Tag `path`. */
  CONNECT_TIME: "llmrtc.connection.connect_ms",
  /** Selected pairs. Tags: `client`, `server` (kinds of candidate), `protocol`, `relay` (of the client). */
  CONNECTION_PAIRS: "llmrtc.connection.pairs",
  /** Steps of the ladder that callers took. Tags: `path`, `why`. */
  CONNECTION_STEPS: "llmrtc.connection.steps",
  /** Calls that sound goes this way now. Tag `path`. */
  CONNECTION_CALLS: "llmrtc.connection.calls",
  /** What callers' ends said that went wrong. Tag `reason`. */
  CONNECTION_TROUBLES: "llmrtc.connection.troubles",
  /** Calls that were up and lost their connection without a goodbye. */
  CONNECTION_DROPS: "llmrtc.connection.drops",
  /** For so long no sound could flow while another path was looked for. Tag `path`: the new one. */
  RECOVERY_TIME: "llmrtc.connection.recovery_ms",
  /** Round trips between callers and this server, told every 10 s of a call. Tag `path`. */
  ROUND_TRIP: "llmrtc.connection.round_trip_ms",
  /** How unevenly our sound came to callers, told every 10 s of a call. Tag `path`. */
  JITTER: "llmrtc.connection.jitter_ms",
  /**
   * Spans of 10 s by how much of our sound got lost in them. Tags: `path`, `lost` (`none`, `1`, `5`, `20`
   * or `more`: up to so many per cent).
   */
  LOSS: "llmrtc.connection.loss",
  /** Looks at the connection without a call, as `preflight()` makes them. */
  CONNECTION_CHECKS: "llmrtc.connection.checks",
  ICE_RESTARTS: "llmrtc.ice.restarts",
  /** How they ended. Tag `outcome` (`succeeded`, `failed`). */
  ICE_RESTART_OUTCOMES: "llmrtc.ice.restart_outcomes",
  /** Requests for ICE servers to where they come from. Tag `outcome` (`ok`, `failed`). */
  ICE_SERVER_REQUESTS: "llmrtc.ice.requests",
  /** What our own end got of each STUN and TURN server. Tags: `server`, `outcome` (`candidate`, `none`). */
  ICE_SERVER_ANSWERS: "llmrtc.ice.answers",
  /** Our relays that a TURN server would not prolong. Tag `server`. */
  TURN_REFRESH_FAILURES: "llmrtc.turn.refresh_failures",
  TOOL_DURATION: "llmrtc.tool.duration_ms",
  TOOL_CALLS: "llmrtc.tool.calls",
  TOOL_ERRORS: "llmrtc.tool.errors",
  STAGE_DURATION: "llmrtc.playbook.stage.duration_ms",
  STAGE_TRANSITIONS: "llmrtc.playbook.transitions",
  STAGE_TURNS: "llmrtc.playbook.stage.turns",
  CURRENT_STAGE: "llmrtc.playbook.stage.current",
  PLAYBOOK_COMPLETIONS: "llmrtc.playbook.completions",
} as const;

export type MetricName = (typeof MetricNames)[keyof typeof MetricNames];

/** Measures nothing. */
export class NoopMetrics implements MetricsAdapter {
  increment(_name: string, _value?: number, _tags?: MetricTags): void {
    // nobody asked
  }

  timing(_name: string, _durationMs: number, _tags?: MetricTags): void {
    // nobody asked
  }

  gauge(_name: string, _value: number, _tags?: MetricTags): void {
    // nobody asked
  }
}

/** One line of text for each number, e.g. `llmrtc.stt.duration_ms 184 ms provider=whisper`. */
export class ConsoleMetrics implements MetricsAdapter {
  readonly #print: (line: string) => void;
  readonly #prefix: string;

  /** @param options `print` is given each line, e.g. `console.log`; `prefix` goes before it */
  constructor(options: { readonly print: (line: string) => void; readonly prefix?: string }) {
    this.#print = options.print;
    this.#prefix = options.prefix ?? "";
  }

  increment(name: string, value = 1, tags?: MetricTags): void {
    this.#line(name, `+${value}`, tags);
  }

  timing(name: string, durationMs: number, tags?: MetricTags): void {
    this.#line(name, `${Math.round(durationMs)} ms`, tags);
  }

  gauge(name: string, value: number, tags?: MetricTags): void {
    this.#line(name, `= ${value}`, tags);
  }

  #line(name: string, value: string, tags: MetricTags = {}): void {
    const pairs = Object.entries(tags).map(([key, tag]) => `${key}=${tag}`);
    this.#print([this.#prefix, name, value, ...pairs].filter(Boolean).join(" "));
  }
}

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly tags: MetricTags;
}

/** Keeps every number, oldest first: for tests, as it forgets nothing until `clear`. */
export class InMemoryMetrics implements MetricsAdapter {
  readonly counters: Measurement[] = [];
  readonly timings: Measurement[] = [];
  readonly gauges: Measurement[] = [];

  increment(name: string, value = 1, tags: MetricTags = {}): void {
    this.counters.push({ name, value, tags });
  }

  timing(name: string, durationMs: number, tags: MetricTags = {}): void {
    this.timings.push({ name, value: durationMs, tags });
  }

  gauge(name: string, value: number, tags: MetricTags = {}): void {
    this.gauges.push({ name, value, tags });
  }

  getLatestCounter(name: string): Measurement | undefined {
    return this.counters.findLast((counter) => counter.name === name);
  }

  getLatestTiming(name: string): Measurement | undefined {
    return this.timings.findLast((timing) => timing.name === name);
  }

  getLatestGauge(name: string): Measurement | undefined {
    return this.gauges.findLast((gauge) => gauge.name === name);
  }

  /** What a counter stands at. */
  getCounterSum(name: string): number {
    const values = this.counters.filter((counter) => counter.name === name);
    return values.reduce((sum, { value }) => sum + value, 0);
  }

  clear(): void {
    for (const list of [this.counters, this.timings, this.gauges]) list.length = 0;
  }
}
