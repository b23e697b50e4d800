import { setTimeout as delay } from "node:timers/promises";
import type { CallingLab } from "./calling-lab.ts";
import type { IceConfiguration } from "./ice-configurations.ts";
import type { Network } from "./nat-rules.ts";

/** Something that befalls a running call. The server has a public address. */
export interface MidCallEvent {
  readonly name: string;
  readonly network: Network;
  readonly ice: IceConfiguration;
  /** The call goes on over the peer connection that it has. */
  readonly keepsPeer?: true;
  happen(calling: CallingLab): Promise<void>;
}

export const midCallEvents: readonly MidCallEvent[] = [
  ...[3, 12, 40].map((seconds) => ({
    name: `link down for ${seconds} s`,
    network: "port-restricted" as const,
    ice: "stun" as const,
    happen: async ({ lab }: CallingLab) => {
      await lab.setLink("wifi", "down");
      await delay(seconds * 1000);
      await lab.setLink("wifi", "up");
    },
  })),
  {
    name: "another network (wifi to cellular)",
    network: "port-restricted",
    ice: "stun",
    keepsPeer: true,
    happen: ({ lab }) => lab.roam("cellular"),
  },
  {
    name: "another network, through the relay",
    network: "udp-blocked",
    ice: "turn-tcp",
    keepsPeer: true,
    happen: ({ lab }) => lab.roam("cellular"),
  },
  {
    name: "the router restarts (new port)",
    network: "symmetric",
    ice: "stun",
    keepsPeer: true,
    happen: ({ lab }) => lab.forgetMappings("wifi"),
  },
  {
    name: "coturn restarts within 2 s",
    network: "udp-blocked",
    ice: "turn-tcp",
    happen: async ({ turn }) => {
      await turn.stop();
      await delay(2000);
      await turn.start();
    },
  },
  {
    name: "the signalling socket breaks alone",
    network: "port-restricted",
    ice: "stun",
    keepsPeer: true,
    happen: async ({ agent }) => {
      agent.cutSignalling();
    },
  },
];
