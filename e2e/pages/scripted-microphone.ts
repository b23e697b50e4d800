import { type Bounds, Recording } from "./recording.ts";

/** A microphone that says what it is told, when it is told; in between it is silent. */
export class ScriptedMicrophone {
  readonly #context: AudioContext;
  readonly #output: MediaStreamAudioDestinationNode;
  /** What goes in, by the same clock as what comes out of the agent's track; at 48 kHz only. */
  #recording: Promise<Recording> | undefined;
  #tap: GainNode | undefined;

  constructor({
    channels,
    sampleRate,
  }: {
    readonly channels: number;
    readonly sampleRate: number;
  }) {
    this.#context = new AudioContext({ sampleRate });
    this.#output = new MediaStreamAudioDestinationNode(this.#context, { channelCount: channels });
    // Without a source that always runs, Chromium sends nothing at all while nobody speaks.
    const silence = new ConstantSourceNode(this.#context, { offset: 0 });
    silence.connect(this.#output);
    silence.start();
  }

  get stream(): MediaStream {
    return this.#output.stream;
  }

  /** @returns `performance.now()` when the last sample of the file went in */
  async say(url: string): Promise<number> {
    const source = await this.#open(url);
    const ended = new Promise<number>((resolve) => {
      source.onended = () => {
        resolve(performance.now());
      };
    });
    source.start();
    return ended;
  }

  /**
   * Speaks a file and listens to itself.
   *
   * @returns the page's time of its first and last loud sample, within 10 ms
   */
  async sayTimed(url: string): Promise<Bounds> {
    const recording = await (this.#recording ??= this.#record());
    const from = performance.now();
    await this.say(url);
    await recording.until("silent", 40, performance.now());
    const bounds = recording.bounds(from);
    if (!bounds) throw new Error(`${url} is silent`);
    return bounds;
  }

  async close(): Promise<void> {
    for (const track of this.stream.getTracks()) track.stop();
    await this.#context.close();
  }

  async #open(url: string): Promise<AudioBufferSourceNode> {
    const bytes = await (await fetch(url)).arrayBuffer();
    const buffer = await this.#context.decodeAudioData(bytes);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#output);
    if (this.#tap) source.connect(this.#tap);
    return source;
  }

  /** The microphone's own sound only, so that its clock and ours are one. */
  #record(): Promise<Recording> {
    const tap = new GainNode(this.#context);
    this.#tap = tap;
    return Recording.in(this.#context, () => tap);
  }
}
