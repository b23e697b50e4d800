import type { ConnectionReason } from "@metered/llmrtc-core";

/** More would say the same. */
const mostUntold = 8;

/** What went wrong at this end, kept until a server has been told. */
export class Troubles {
  readonly #untold: ConnectionReason[] = [];
  #tell: (reason: ConnectionReason) => boolean = () => false;

  /** Told at once, or to the next server that listens. */
  note(reason: ConnectionReason): void {
    this.#untold.push(reason);
    this.#untold.splice(mostUntold);
    this.#tellAll();
  }

  /** @param tell whom to tell from now on; false when that was not possible */
  tellTo(tell: (reason: ConnectionReason) => boolean): void {
    this.#tell = tell;
    this.#tellAll();
  }

  #tellAll(): void {
    while (this.#untold[0] && this.#tell(this.#untold[0])) this.#untold.shift();
  }
}
