import { Emitter, type Microphone, type Pcm } from "@metered/llmrtc-core";
import { FrameStream } from "../media/frame-stream.ts";
import type { Transport, TransportEnd, TransportEvents } from "./transport.ts";

/** At most this many frames wait unread, as `Transport.microphone` has it. */
const mostUnread = 100;

/** Only of the way that carries the call now. */
const told = ["connected", "disconnected", "microphone-started", "microphone-stopped"] as const;

/**
 * What a session sees of its caller while the ways to him change: another way takes over in the middle
 * of a word, and neither the ear nor the agent's speech is interrupted. The socket, which the client
 * asks for and gives up, goes before the peer connection.
 */
export class Line extends Emitter<TransportEvents> implements Transport {
  readonly #frames = new FrameStream(mostUnread);
  readonly #ways = new Set<Transport>();
  #ended = false;

  get kind(): Transport["kind"] {
    return this.#current?.kind ?? "websocket";
  }

  get microphone(): Microphone {
    return this.#frames;
  }

  /** Owns `way` from now on. */
  add(way: Transport): void {
    this.#ways.add(way);
    for (const name of told) {
      way.on(name, () => {
        if (way === this.#current) this.emit(name, undefined);
      });
    }
    way.on("message", (text) => {
      this.emit("message", text);
    });
    way.on("invalid", (why) => {
      this.emit("invalid", why);
    });
    way.on("end", (reason) => {
      this.#ways.delete(way);
      if (this.#ways.size === 0) this.#end(reason);
    });
    void this.#hear(way);
  }

  sendFrame(frame: Pcm | undefined): void {
    const current = this.#current;
    for (const way of this.#ways) way.sendFrame(way === current ? frame : undefined);
  }

  sentAfterMs(position: number | null): number | undefined {
    return this.#current?.sentAfterMs?.(position);
  }

  sendMessage(message: string): boolean {
    return this.#current?.sendMessage(message) ?? false;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ways].map((way) => way.close()));
    this.#end("closed");
  }

  get #current(): Transport | undefined {
    const ways = [...this.#ways].reverse();
    return ways.find(({ kind }) => kind === "websocket") ?? ways[0];
  }

  async #hear(way: Transport): Promise<void> {
    for await (const frame of way.microphone) {
      if (way === this.#current) this.#frames.push(frame);
    }
  }

  #end(reason: TransportEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#frames.end();
    this.emit("end", reason);
  }
}
