/** A microphone that says what it is told, when it is told; in between it is silent. */
export class ScriptedMicrophone {
  readonly #context: AudioContext;
  readonly #output: MediaStreamAudioDestinationNode;

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
    const bytes = await (await fetch(url)).arrayBuffer();
    const buffer = await this.#context.decodeAudioData(bytes);
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.#output);
    const ended = new Promise<number>((resolve) => {
      source.onended = () => {
        resolve(performance.now());
      };
    });
    source.start();
    return ended;
  }

  async close(): Promise<void> {
    for (const track of this.stream.getTracks()) track.stop();
    await this.#context.close();
  }
}
