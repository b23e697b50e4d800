import { shareHeard, wordsOf } from "../../e2e/src/recogniser.ts";
import type { IceConfiguration } from "./ice-configurations.ts";
import type { Impairment } from "./impairment.ts";
import type { Network } from "./nat-rules.ts";

/** A caller's link of poor quality, both ways. The server has a public address. */
export interface BadNetwork {
  readonly name: string;
  readonly impairment: Impairment;
  readonly network: Network;
  readonly ice: IceConfiguration;
  /** How sound gets through. */
  readonly kind: "webrtc" | "websocket";
  /** Share of the words that must be understood, 0 to 1. */
  readonly enough: number;
  /** What the client must report of the agent's sound, in percent: least and most. */
  readonly reportedLoss?: readonly [number, number];
}

/** What the caller says, of e2e/clips. */
export const clip = "rather-selfish";
const words = wordsOf("unless to be rather cold hearted and rather selfish is to be ill disposed");

/** How much of it a transcript has: 0 to 1. */
export function shareUnderstood(transcript: string): number {
  return shareHeard(words, wordsOf(transcript));
}

/** The recogniser gets all words of a good link right; a lossy one costs it two or three of the 14. */
const most = 0.7;
/** On a stream each lost packet holds up all that follow, so that words have holes. */
const despiteStalls = 0.6;

const lossy: Impairment = { loss: 0.05, delayMs: 100, jitterMs: 30 };
const narrow: Impairment = { kilobitsPerSecond: 64 };

const direct = { network: "port-restricted", ice: "stun", kind: "webrtc", enough: most } as const;
const relayed = {
  network: "udp-blocked",
  ice: "turn-tcp",
  kind: "webrtc",
  enough: despiteStalls,
} as const;
const socket = {
  network: "udp-blocked",
  ice: "none",
  kind: "websocket",
  enough: despiteStalls,
} as const;

/** In every run of the tests. */
export const lossyNetwork: BadNetwork = {
  name: "5 % loss, 100 ms ± 30 ms",
  impairment: lossy,
  ...direct,
  reportedLoss: [1, 10],
};

export const badNetworks: readonly BadNetwork[] = [
  { name: "a good link", impairment: {}, ...direct, reportedLoss: [0, 0.5] },
  { name: "5 % loss", impairment: { loss: 0.05 }, ...direct, reportedLoss: [1, 10] },
  { name: "100 ms ± 30 ms", impairment: { delayMs: 100, jitterMs: 30 }, ...direct },
  lossyNetwork,
  { name: "64 kbit/s", impairment: narrow, ...direct },
  { name: "5 % loss, 100 ms ± 30 ms, through the relay", impairment: lossy, ...relayed },
  { name: "5 % loss, 100 ms ± 30 ms, over the WebSocket", impairment: lossy, ...socket },
  { name: "64 kbit/s, over the WebSocket", impairment: narrow, ...socket },
];
