import type { SelectedPair } from "@metered/llmrtc-core";

/** What we read of W3C webrtc-stats: RTCTransportStats, RTCIceCandidatePairStats, RTCIceCandidateStats. */
interface Stats {
  readonly type: string;
  readonly selectedCandidatePairId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly currentRoundTripTime?: number;
  readonly candidateType?: SelectedPair["local"];
  readonly protocol?: SelectedPair["protocol"];
  readonly relayProtocol?: SelectedPair["relayProtocol"];
}

/** The pair that carries the call; undefined when there is none or the browser does not say. */
export function selectedPair(stats: ReadonlyMap<string, Stats>): SelectedPair | undefined {
  const all = [...stats.values()];
  const selected = all.find(({ selectedCandidatePairId }) => selectedCandidatePairId !== undefined);
  const pair =
    stats.get(selected?.selectedCandidatePairId ?? "") ??
    all.find(({ type, nominated, state }) => {
      return type === "candidate-pair" && nominated === true && state === "succeeded";
    });
  const local = stats.get(pair?.localCandidateId ?? "");
  const remote = stats.get(pair?.remoteCandidateId ?? "");
  if (!local?.candidateType || !remote?.candidateType) return undefined;
  const { relayProtocol } = local;
  const seconds = pair?.currentRoundTripTime;
  return {
    local: local.candidateType,
    remote: remote.candidateType,
    protocol: local.protocol ?? "udp",
    ...(relayProtocol && { relayProtocol }),
    ...(seconds !== undefined && { roundTripMs: 1000 * seconds }),
  };
}
