import { type Bounds, Recording } from "./recording.ts";
import { ScriptedMicrophone } from "./scripted-microphone.ts";

/** The part of a web client that the tests drive: ours and the published v1 client both have it. */
export interface VoiceClient {
  readonly state: string;
  start(): Promise<void>;
  close(): void;
  shareAudio(stream: MediaStream): Promise<{ stop(): unknown }>;
  sendText?(text: string): void;
  interrupt?(): void;
  startTurn?(): void;
  endTurn?(): void;
  cancelTurn?(): void;
  mute?(): void;
  unmute?(): void;
  on(name: string, listener: (...args: never[]) => void): unknown;
}

export interface CallOptions {
  readonly signallingUrl: string;
  readonly iceServers?: RTCIceServer[];
  readonly transport?: "auto" | "webrtc" | "websocket";
  readonly turnDetection?: "auto" | "manual";
}

export type Button = "startTurn" | "endTurn" | "cancelTurn";

export type MicrophoneKind = "device" | "mono" | "stereo" | "8 kHz";

/** One event of the client, as it is told to the test. */
export interface Told {
  readonly name: string;
  readonly args: readonly unknown[];
  /** `performance.now()` of the page. */
  readonly at: number;
}

declare global {
  // The test listens on it.
  var tell: (event: Told) => void;
  var harness: Harness;
}

const names = [
  "transcript",
  "llmChunk",
  "llm",
  "tts",
  "ttsChunk",
  "ttsStart",
  "ttsComplete",
  "ttsCancelled",
  "ttsPaused",
  "ttsResumed",
  "turnWithdrawn",
  "turnTimings",
  "speechStart",
  "speechEnd",
  "toolCallStart",
  "toolCallEnd",
  "stateChange",
  "reconnecting",
  "reconnected",
  "playbackBlocked",
  "connectionReport",
  "hangUp",
];

/** What a test can do in the page. One call per page. */
export class Harness {
  readonly #makeClient: (options: CallOptions) => VoiceClient;
  #client: VoiceClient | undefined;
  #recording: Promise<Recording> | undefined;
  #microphone: ScriptedMicrophone | undefined;

  constructor(makeClient: (options: CallOptions) => VoiceClient) {
    this.#makeClient = makeClient;
  }

  /** Connects. @returns how long `start()` took, in ms */
  async call(options: CallOptions): Promise<number> {
    const client = this.#makeClient(options);
    this.#client = client;
    for (const name of names) {
      client.on(name, (...args: readonly unknown[]) => {
        globalThis.tell({ name, args: args.map(portable), at: performance.now() });
      });
    }
    client.on("error", (error: { readonly code?: string; readonly message?: string }) => {
      const args = [{ code: error.code, message: error.message }];
      globalThis.tell({ name: "error", args, at: performance.now() });
    });
    client.on("ttsTrack", (stream: MediaStream) => {
      this.#recording = Recording.of(stream);
      globalThis.tell({ name: "ttsTrack", args: [], at: performance.now() });
    });
    const began = performance.now();
    await client.start();
    return performance.now() - began;
  }

  get state(): string {
    return this.#client?.state ?? "none";
  }

  async share(kind: MicrophoneKind): Promise<void> {
    if (kind === "device") {
      await this.#called.shareAudio(await navigator.mediaDevices.getUserMedia({ audio: true }));
      return;
    }
    this.#microphone = new ScriptedMicrophone({
      channels: kind === "stereo" ? 2 : 1,
      sampleRate: kind === "8 kHz" ? 8_000 : 48_000,
    });
    await this.#called.shareAudio(this.#microphone.stream);
  }

  /** Plays a WAV file into the scripted microphone. @returns when its last sample went in */
  async say(url: string): Promise<number> {
    if (!this.#microphone) throw new Error("share a scripted microphone first");
    return this.#microphone.say(url);
  }

  /** The same. @returns when its first and its last loud sample went in, to 10 ms */
  async sayTimed(url: string): Promise<Bounds> {
    if (!this.#microphone) throw new Error("share a scripted microphone first");
    return this.#microphone.sayTimed(url);
  }

  sendText(text: string): void {
    this.#called.sendText?.(text);
  }

  interrupt(): void {
    this.#called.interrupt?.();
  }

  /** What the caller does with a button. */
  press(button: Button): void {
    this.#called[button]?.();
  }

  mute(muted: boolean): void {
    if (muted) this.#called.mute?.();
    else this.#called.unmute?.();
  }

  /** What came out of the agent's track between two times of the page: base64 of s16le at 48 kHz. */
  async heard(from: number, to: number): Promise<string> {
    if (!this.#recording) throw new Error("the agent's track has not come");
    return (await this.#recording).between(from, to);
  }

  /** Resolves when the agent's track, from `from` on, has been silent or loud for `ms`. */
  async until(what: "silent" | "audible", ms: number, from: number): Promise<number> {
    if (!this.#recording) throw new Error("the agent's track has not come");
    return (await this.#recording).until(what, ms, from);
  }

  /** The silences of the agent's track between two times of the page. */
  async holes(from: number, to: number): Promise<Bounds[]> {
    if (!this.#recording) throw new Error("the agent's track has not come");
    return (await this.#recording).holes(from, to);
  }

  async hangUp(): Promise<void> {
    this.#client?.close();
    await this.#microphone?.close();
    await (await this.#recording)?.close();
  }

  get #called(): VoiceClient {
    if (!this.#client) throw new Error("call first");
    return this.#client;
  }
}

/** Bytes and errors do not cross to the test. */
function portable(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return { bytes: value.byteLength };
  return value;
}
