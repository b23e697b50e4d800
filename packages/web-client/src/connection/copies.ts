export type Channel = "socket" | "data";

/** How many frames one channel may run ahead of the other. */
const memory = 1024;

/**
 * Tells first copies from second ones where a v1 server sends each message on the socket and, while
 * it sees it open, on the data channel too. Whichever copy comes first is taken.
 *
 * Each channel keeps its order, and what the data channel carries is an unbroken stretch of what the
 * socket carries. So a frame on the socket can only repeat the oldest one that the data channel has
 * ahead; and what the socket had before a repeated frame can come on the data channel no more.
 */
export class Copies {
  #socketAhead: string[] = [];
  readonly #dataAhead: string[] = [];

  /** True for the first copy of a message; false for the second. */
  isFirst(channel: Channel, frame: string): boolean {
    return channel === "socket" ? this.#onSocket(frame) : this.#onData(frame);
  }

  #onSocket(frame: string): boolean {
    if (this.#dataAhead[0] === frame) {
      this.#dataAhead.shift();
      return false;
    }
    remember(this.#socketAhead, frame);
    return true;
  }

  #onData(frame: string): boolean {
    const match = this.#socketAhead.indexOf(frame);
    if (match < 0) {
      remember(this.#dataAhead, frame);
      return true;
    }
    this.#socketAhead = this.#socketAhead.slice(match + 1);
    return false;
  }
}

function remember(frames: string[], frame: string): void {
  frames.push(frame);
  if (frames.length > memory) frames.shift();
}
