import { setTimeout as delay } from "node:timers/promises";
import type { CallingLab } from "./calling-lab.ts";
import { type Configuration, shortLifeSeconds, shortLived } from "./ice-configurations.ts";
import type { Network } from "./nat-rules.ts";

/** Something that befalls a running call. The server has a public address. */
export interface MidCallEvent {
  readonly name: string;
  readonly network: Network;
  readonly ice: Configuration;
  /**
   * What happens. `outage`: the network is whole again only when `happen` is over; else it is at once, if
   * perhaps another one.
   */
  readonly outage: boolean;
  happen(calling: CallingLab): Promise<void>;
  /** So long the agent has talked before. Default 0. */
  readonly afterMs?: number;
  /** So long the call goes on afterwards, at least. Default 0. */
  readonly thenMs?: number;
  /** Whether what was to happen did, as coturn saw it. */
  readonly proof?: (calling: CallingLab) => boolean;
  /** The voice must be back sooner than this, in milliseconds. */
  readonly backWithinMs: number;
  /** Nothing can save the call: it must end. */
  readonly ends?: true;
}

const direct = { network: "port-restricted", ice: "stun" } as const;
const relayed = { network: "udp-blocked", ice: "turn-tcp" } as const;

/**
 * Whoever waits for ICE to notice by itself waits longer: consent ends 30 s after the last answer (RFC 7675, 5.1).
 * The aim is 2 s; what it takes stands in the report.
 */
const soonMs = 15_000;
/** The client looks for its call for a minute. */
const atAllMs = 90_000;

/** A later relay was made with credentials that began after the first ones had ended. */
function renewed(turnLog: string): boolean {
  const made = /user <(\d+):[^>]*>: incoming packet ALLOCATE processed, success/g;
  const soon = Date.now() / 1000 + 60; // all other credentials of the lab live a day
  const ends = [...turnLog.matchAll(made)]
    .map(([, end]) => Number(end))
    .filter((end) => end < soon);
  return Math.max(...ends) - Math.min(...ends) > shortLifeSeconds;
}

const roam = ({ lab }: CallingLab): Promise<void> => lab.roam("cellular");

/** These two are in every run of the tests. */
export const anotherNetwork: MidCallEvent = {
  name: "another network (wifi to cellular)",
  ...direct,
  outage: false,
  happen: roam,
  backWithinMs: soonMs,
};

export const signallingCut: MidCallEvent = {
  name: "the signalling socket breaks alone",
  ...direct,
  outage: false,
  happen: async ({ agent }) => {
    agent.cutSignalling();
  },
  backWithinMs: soonMs,
};

export const midCallEvents: readonly MidCallEvent[] = [
  anotherNetwork,
  {
    name: "another network, through the relay",
    ...relayed,
    outage: false,
    happen: roam,
    backWithinMs: soonMs,
  },
  {
    name: "another network, from NAT to one that blocks UDP",
    network: "port-restricted",
    ice: "all",
    outage: false,
    happen: async ({ lab }) => {
      await lab.setNetwork("cellular", "udp-blocked");
      await lab.roam("cellular");
    },
    backWithinMs: soonMs,
  },
  ...[3, 12, 40].map((seconds) => ({
    name: `link down for ${seconds} s`,
    ...direct,
    outage: true,
    happen: async ({ lab }: CallingLab) => {
      await lab.setLink("wifi", "down");
      await delay(seconds * 1000);
      await lab.setLink("wifi", "up");
    },
    backWithinMs: atAllMs,
  })),
  {
    name: "link down for good",
    ...direct,
    outage: false,
    happen: ({ lab }) => lab.setLink("wifi", "down"),
    backWithinMs: atAllMs,
    ends: true,
  },
  {
    name: "the router restarts (new port)",
    network: "symmetric",
    ice: "stun",
    outage: false,
    happen: ({ lab }) => lab.forgetMappings("wifi"),
    backWithinMs: soonMs,
  },
  {
    name: "coturn restarts within 2 s",
    ...relayed,
    outage: true,
    happen: async ({ turn }) => {
      await turn.stop();
      await delay(2000);
      await turn.start();
    },
    backWithinMs: atAllMs,
  },
  {
    name: "another network in a call of a minute, when credentials of 20 s have long expired",
    network: "udp-blocked",
    ice: shortLived,
    outage: false,
    afterMs: 35_000,
    happen: roam,
    thenMs: 25_000,
    proof: ({ turn }) => renewed(turn.log),
    backWithinMs: soonMs,
  },
  signallingCut,
];
