/** A statistics object: which fields there are depends on its type and on the browser. */
type Statistics = Record<string, unknown> & { readonly type: string };

/** The pair of candidates over which the call runs. */
export interface PathTaken {
  readonly localType: string;
  readonly localAddress: string;
  /** `udp`, `tcp` or `tls` when the browser's own relay carries the call. */
  readonly relayProtocol: string | undefined;
  readonly remoteType: string;
  readonly remoteAddress: string;
}

export async function pathTaken(connection: RTCPeerConnection): Promise<PathTaken | undefined> {
  const all = await statistics(connection);
  const transport = [...all.values()].find(({ type }) => type === "transport");
  const pair = all.get(text(transport?.["selectedCandidatePairId"]));
  const local = all.get(text(pair?.["localCandidateId"]));
  const remote = all.get(text(pair?.["remoteCandidateId"]));
  if (!local || !remote) return undefined;
  const relayProtocol = local["relayProtocol"];
  return {
    localType: text(local["candidateType"]),
    localAddress: text(local["address"]),
    relayProtocol: typeof relayProtocol === "string" ? relayProtocol : undefined,
    remoteType: text(remote["candidateType"]),
    remoteAddress: text(remote["address"]),
  };
}

/** How many packets of the agent's voice have come so far. */
export async function packetsHeard(connection: RTCPeerConnection): Promise<number> {
  return Number((await voice(connection))?.["packetsReceived"] ?? 0);
}

/** How much of the agent's sound was lost or late, so that the browser made it up: 0 to 1. */
export async function shareConcealed(connection: RTCPeerConnection): Promise<number> {
  const found = await voice(connection);
  return Number(found?.["concealedSamples"]) / Number(found?.["totalSamplesReceived"]);
}

async function voice(connection: RTCPeerConnection): Promise<Statistics | undefined> {
  const all = [...(await statistics(connection)).values()];
  return all.find(({ type, kind }) => type === "inbound-rtp" && kind === "audio");
}

async function statistics(connection: RTCPeerConnection): Promise<Map<string, Statistics>> {
  const all = new Map<string, Statistics>();
  (await connection.getStats()).forEach((report: Statistics & { readonly id: string }) => {
    all.set(report.id, report);
  });
  return all;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
