/** Of the pair that the transport has selected (W3C webrtc-stats, RTCTransportStats). */
export function usesRelay(report: RTCStatsReport): boolean | undefined {
  const stats = new Map<string, RelayStats>();
  report.forEach((one: RelayStats) => stats.set(one.id, one));
  const all = [...stats.values()];
  const selected = all.find(({ selectedCandidatePairId }) => selectedCandidatePairId !== undefined);
  const pair =
    stats.get(selected?.selectedCandidatePairId ?? "") ??
    all.find(({ type, nominated, state }) => {
      return type === "candidate-pair" && nominated === true && state === "succeeded";
    });
  if (!pair) return undefined;
  const ends = [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(id ?? ""));
  return ends.some((end) => end?.candidateType === "relay");
}

interface RelayStats {
  readonly id: string;
  readonly type: string;
  readonly selectedCandidatePairId?: string;
  readonly nominated?: boolean;
  readonly state?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
}
