import type { Clock } from "@metered/llmrtc-core";
import {
  beginVigil,
  judge,
  keepVigil,
  type Verdict,
  type Vigil,
  type VigilEvent,
} from "./vigil.ts";

const lookEveryMs = 150;

export interface PathWatchOptions {
  readonly clock: Clock;
  readonly receiver: RTCRtpReceiver;
  /** After each look: what is to be done, and whether sound has come since the last one. */
  readonly looked: (verdict: Verdict, flows: boolean) => void;
  /** Whose `onabort` is the watch's own. */
  readonly signal: AbortSignal;
}

/**
 * Counts the packets of a server whose sound never pauses. Until the first has been counted it knows
 * nothing, nor ever with a browser that does not count.
 */
export class PathWatch {
  readonly #options: PathWatchOptions;
  #vigil: Vigil | undefined;

  constructor(options: PathWatchOptions) {
    this.#options = options;
    this.#lookLater();
  }

  get knows(): boolean {
    return !!this.#vigil;
  }

  note(event: VigilEvent): void {
    if (this.#vigil) this.#vigil = keepVigil(this.#vigil, event, this.#options.clock.now());
  }

  async #look(): Promise<void> {
    const { clock, receiver, looked, signal } = this.#options;
    const packets = await packetsReceived(receiver);
    if (signal.aborted) return;
    const before = this.#vigil?.packets;
    if (packets) this.#vigil ??= beginVigil(clock.now());
    if (packets !== undefined) this.note({ type: "counted", packets });
    this.#lookLater();
    if (this.#vigil) looked(judge(this.#vigil, clock.now()), this.#vigil.packets !== before);
  }

  #lookLater(): void {
    const { clock, signal } = this.#options;
    signal.onabort = clock.after(lookEveryMs, () => void this.#look());
  }
}

async function packetsReceived(receiver: RTCRtpReceiver): Promise<number | undefined> {
  let packets: number | undefined;
  try {
    (await receiver.getStats()).forEach((one: { readonly packetsReceived?: number }) => {
      packets = one.packetsReceived ?? packets;
    });
  } catch {
    // closed meanwhile
  }
  return packets;
}
