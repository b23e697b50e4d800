import { randomBytes } from "node:crypto";
import type { IceCredentials } from "./stun.ts";

/** One round of ICE, from an offer to the next restart. */
export interface Generation {
  readonly number: number;
  readonly local: IceCredentials;
  readonly remote: IceCredentials;
}

/** How many of the last are still answered: a path of an old one may be all there is. */
const mostKept = 4;

/** The rounds of ICE of one call, newest last. */
export class Generations {
  readonly #kept: Generation[] = [];
  #next = 0;

  get current(): Generation | undefined {
    return this.#kept.at(-1);
  }

  /** The client begins anew, with credentials of its own; ours are fresh too. */
  begin(remote: IceCredentials): Generation {
    const local = { ufrag: iceText(3), password: iceText(18) };
    const generation = { number: this.#next, local, remote };
    this.#next += 1;
    this.#kept.push(generation);
    if (this.#kept.length > mostKept) this.#kept.shift();
    return generation;
  }

  at(number: number | undefined): Generation | undefined {
    return this.#kept.find((generation) => generation.number === number);
  }

  /** That in which we are called so. */
  find(ufrag: string | undefined): Generation | undefined {
    return this.#kept.find(({ local }) => local.ufrag === ufrag);
  }
}

/** Base64 has the alphabet of RFC 8839, 5.4, and whole groups of three bytes need no padding. */
function iceText(bytes: number): string {
  return randomBytes(bytes).toString("base64");
}
