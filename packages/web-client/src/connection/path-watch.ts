import type { Clock } from "@metered/llmrtc-core";
import {
  beginVigil,
  judge,
  keepVigil,
  type Verdict,
  type Vigil,
  type VigilEvent,
} from "./vigil.ts";

const lookEveryMs = 200;
const lookCloserEveryMs = 100;

export interface PathWatchOptions {
  readonly clock: Clock;
  readonly receiver: RTCRtpReceiver;
  /** After each look: what is to be done, and whether sound has come since the last one. */
  readonly looked: (verdict: Verdict, flows: boolean) => void;
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
    return this.#vigil !== undefined;
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
    const verdict = this.#vigil ? judge(this.#vigil, clock.now()) : "well";
    this.#lookLater(verdict === "well" ? lookEveryMs : lookCloserEveryMs);
    if (this.#vigil) looked(verdict, this.#vigil.packets !== before);
  }

  #lookLater(ms = lookEveryMs): void {
    const { clock, signal } = this.#options;
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", cancel);
      void this.#look();
    });
    signal.addEventListener("abort", cancel);
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
