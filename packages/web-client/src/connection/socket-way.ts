import type { Logger } from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import type { SocketAudio } from "../media/socket-audio.ts";
import type { Sound } from "../media/sound.ts";
import type { Ladder } from "./ladder.ts";
import type { Signalling } from "./signalling.ts";

export interface SocketWayOptions {
  readonly environment: Environment;
  readonly signalling: Signalling;
  readonly sound: Sound;
  /** The browser does not do it. */
  readonly refused: () => void;
  readonly logger: Logger;
}

/** Sound over the socket, as the ladder wants it. */
export class SocketWay {
  readonly #options: SocketWayOptions;
  #socket: Ladder["socket"] = "off";
  #track: MediaStreamTrack | null = null;
  #audio: SocketAudio | undefined;

  constructor(options: SocketWayOptions) {
    this.#options = options;
    options.signalling.on("bytes", (bytes) => {
      this.#hear(bytes);
    });
  }

  /** The agent's voice comes on this. */
  get stream(): MediaStream | undefined {
    return this.#audio?.stream;
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.#track = track;
    if (this.#socket === "on") this.#audio?.setTrack(track);
  }

  follow(socket: Ladder["socket"]): void {
    if (socket === this.#socket) return;
    this.#socket = socket;
    if (socket === "starting") void this.#open();
    if (socket === "on") this.setTrack(this.#track);
    if (socket === "off" || socket === "refused") {
      if (this.#audio) this.#options.signalling.send({ type: "audio-stop" });
      this.close();
    }
  }

  /** There is another socket, and the server goes on with it. */
  sayAgain(): void {
    if (!this.#audio) return;
    this.#options.signalling.send({ type: "audio-start", codec: this.#audio.codec });
  }

  /** Drops what the agent has said and nobody heard yet. */
  flush(): void {
    this.#audio?.flush();
  }

  close(): void {
    this.#socket = "off";
    this.#audio?.close();
    this.#audio = undefined;
  }

  async #open(): Promise<void> {
    const { environment, signalling, sound, refused, logger } = this.#options;
    const failed = (error: unknown): void => {
      logger.warn({ error }, "The browser cannot send sound over the WebSocket");
      refused();
    };
    try {
      const audio = await environment.openSocketAudio({
        sound,
        send: (frame) => {
          signalling.sendBytes(frame);
        },
        unsentBytes: () => signalling.unsentBytes,
        failed,
      });
      if (this.#socket !== "starting" || this.#audio) {
        audio.close();
        return;
      }
      this.#audio = audio;
      this.sayAgain();
    } catch (error) {
      failed(error);
    }
  }

  #hear(bytes: Uint8Array): void {
    try {
      this.#audio?.receive(bytes);
    } catch (error) {
      this.#options.logger.debug({ error }, "Ignored a binary frame of the server");
    }
  }
}
