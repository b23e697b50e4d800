import { lookup } from "node:dns/promises";
import { orAborted } from "../../transport/webrtc/abort.ts";
import type { StunServer } from "../../transport/webrtc/ice-servers.ts";
import { bind, type Binding } from "./binding.ts";
import { openCarrier } from "./carrier.ts";
import { type Outcome, outcomeOf } from "./fault.ts";
import { withinLimit } from "./limit.ts";
import { StunClient } from "./stun-client.ts";

/** How long each step may take, in milliseconds. */
const limits = { name: 1_200, answer: 1_500 };

export interface ProbeOptions {
  /** Ends all that still waits. */
  readonly signal: AbortSignal;
  /** Certificate authorities to trust in place of Node's, as PEM. */
  readonly ca?: string | undefined;
}

/** What came of probing a STUN server. */
export interface StunReport {
  readonly server: StunServer;
  readonly binding: Outcome<Binding>;
}

/** All addresses of a name, IPv4 first, as calls use them. */
export function addressesOf(
  host: string,
  { signal }: ProbeOptions,
): Promise<Outcome<readonly string[]>> {
  return outcomeOf(
    withinLimit({ signal, ms: limits.name }, async (within) => {
      const found = await orAborted(lookup(host, { all: true }), within);
      return found.toSorted((a, b) => a.family - b.family).map(({ address }) => address);
    }),
  );
}

/** Asks a STUN server over UDP for our address. Never throws. */
export async function probeStun(
  server: StunServer,
  address: string,
  { signal }: ProbeOptions,
): Promise<StunReport> {
  const target = { ...server, transport: "udp", address } as const;
  const binding = await outcomeOf(
    withinLimit({ signal, ms: limits.answer }, async (within) => {
      const client = new StunClient(await openCarrier(target, { signal: within }));
      try {
        return await bind(client, { signal: within });
      } finally {
        client.close();
      }
    }),
  );
  return { server, binding };
}
