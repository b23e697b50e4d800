import type { ConnectionReport } from "../events.ts";

/** What we read of RTCReceivedRtpStreamStats (W3C webrtc-stats). */
interface Stats {
  readonly type: string;
  readonly packetsReceived?: number;
  /** May fall: what was given up for lost came after all. */
  readonly packetsLost?: number;
  /** In seconds. */
  readonly jitter?: number;
}

/** How well the server's sound arrives, always since the look before. */
export class SoundQuality {
  #received = 0;
  #lost = 0;

  /** @returns nothing where no packet was expected, or the browser does not count */
  look(stats: ReadonlyMap<string, Stats>): Pick<ConnectionReport, "lossPct" | "jitterMs"> {
    const sound = [...stats.values()].find(({ type }) => type === "inbound-rtp");
    const { packetsReceived = 0, packetsLost = 0, jitter = 0 } = sound ?? {};
    const received = Math.max(0, packetsReceived - this.#received);
    const lost = Math.max(0, packetsLost - this.#lost);
    this.#received = packetsReceived;
    this.#lost = packetsLost;
    if (received + lost === 0) return {};
    return { lossPct: Math.round((1000 * lost) / (received + lost)) / 10, jitterMs: 1000 * jitter };
  }
}
