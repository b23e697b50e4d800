import { MetricNames } from "@metered/llmrtc-core";

/** What is told about a metric besides its name. */
export interface MetricKind {
  readonly help: string;
  /** The tags that become labels; others are left out. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in seconds. */
  readonly buckets?: readonly number[];
}

/** Round trips and jitter. */
const briefSeconds = [0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1];
/** Steps of a turn, connecting and recovering. */
const shortSeconds = [0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 15];
/** Whole turns and calls. */
const longSeconds = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

const provider = ["provider"];
const path = ["path"];

/** The metrics of this server. */
export const metricKinds: Readonly<Record<string, MetricKind>> = {
  [MetricNames.STT_DURATION]: timing("From the end of an utterance to its text", provider),
  [MetricNames.LLM_TTFT]: timing("From a request to the first text of the reply", provider),
  [MetricNames.LLM_DURATION]: timing("From a request to the end of the reply's text", provider),
  [MetricNames.TTS_DURATION]: timing("Making a reply's speech", provider),
  [MetricNames.TURN_DURATION]: timing("Whole turns", [], longSeconds),
  [MetricNames.TURN_FIRST_AUDIO]: timing(
    "From the end of the caller's speech to the first sound of the answer, heard or sent",
    ["by"],
  ),
  [MetricNames.TURN_INTERRUPTIONS]: count("Replies that the caller cut short", ["attested"]),
  [MetricNames.TURN_WITHDRAWALS]: count("Turns taken back, as the caller had not finished"),
  [MetricNames.TURN_CONTESTS]: count("Voices over the agent, and what they were", ["verdict"]),
  [MetricNames.TURN_CONTEST_DURATION]: timing("Judging a voice over the agent", ["verdict"]),
  [MetricNames.PREEMPTIVE_GUESSES]: count("Replies begun before the turn was over", ["outcome"]),
  [MetricNames.PREEMPTIVE_WASTED_TOKENS]: count("Tokens of replies that nobody was told"),
  [MetricNames.SESSION_DURATION]: timing("Connections, from open to close", [], longSeconds),
  [MetricNames.ERRORS]: count("Failures of providers and of the server", ["component"]),
  [MetricNames.CONNECTIONS]: count("Open connections"),
  [MetricNames.RECONNECTIONS]: count("Callers who came back to their conversation"),
  [MetricNames.CONNECTION_ATTEMPTS]: count("Callers who wanted to be connected"),
  [MetricNames.CONNECTION_OUTCOMES]: count("How they ended, each once", ["outcome", "reason"]),
  [MetricNames.CONNECT_TIME]: timing("From being let in to sound and messages", path),
  [MetricNames.CONNECTION_PAIRS]: count("Selected pairs of addresses, by kind", [
    "client",
    "server",
    "protocol",
    "relay",
  ]),
  [MetricNames.CONNECTION_STEPS]: count("Steps of the ladder that callers took", ["path", "why"]),
  [MetricNames.CONNECTION_CALLS]: count("Calls that go this way now", path),
  [MetricNames.CONNECTION_TROUBLES]: count("What callers' ends said that went wrong", ["reason"]),
  [MetricNames.CONNECTION_DROPS]: count("Calls that lost their connection without a goodbye"),
  [MetricNames.RECOVERY_TIME]: timing("Without sound while another path was looked for", path),
  [MetricNames.ROUND_TRIP]: timing("Round trips, every 10 s of a call", path, briefSeconds),
  [MetricNames.JITTER]: timing("Jitter of sound at callers' ends", path, briefSeconds),
  [MetricNames.LOSS]: count("Spans of 10 s, by per cent of sound lost in them", ["path", "lost"]),
  [MetricNames.CONNECTION_CHECKS]: count("Looks at the connection without a call"),
  [MetricNames.ICE_RESTARTS]: count("ICE restarts"),
  [MetricNames.ICE_RESTART_OUTCOMES]: count("How ICE restarts ended", ["outcome"]),
  [MetricNames.ICE_SERVER_REQUESTS]: count("Requests for ICE servers and credentials", ["outcome"]),
  [MetricNames.ICE_SERVER_ANSWERS]: count("What STUN and TURN servers gave this server", [
    "server",
    "outcome",
  ]),
  [MetricNames.TURN_REFRESH_FAILURES]: count("Relays that a TURN server did not prolong", [
    "server",
  ]),
};

function count(help: string, labels: readonly string[] = []): MetricKind {
  return { help, labels };
}

function timing(help: string, labels: readonly string[], buckets = shortSeconds): MetricKind {
  return { help, labels, buckets };
}
