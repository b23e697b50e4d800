import { recorderName, recorderSource, type Block } from "./recorder-worklet.ts";

const sampleRate = 48_000;
/** Louder than this is speech, not comfort noise: about 50 dB below full scale. */
const audible = 0.003;
/** Speech that goes on: it stops for as long before a `t` or a `p`, and a packet may be late. */
const pauseMs = 150;

interface Piece {
  readonly pcm: Int16Array;
  /** Of the first sample, on the audio clock, in ms. */
  readonly at: number;
  readonly rms: number;
}

/** When a sound or a silence began and ended, by `performance.now()`, to 10 ms. */
export interface Bounds {
  readonly beganAt: number;
  readonly endedAt: number;
}

/** Writes down what a remote track sounds like, with the page's time. */
export class Recording {
  readonly #stop: () => Promise<void>;
  readonly #pieces: Piece[] = [];
  readonly #watchers = new Set<() => void>();
  /** Audio clock to `performance.now()`: the least delay that a block had is the true distance. */
  #offset = Number.POSITIVE_INFINITY;

  /** Of a remote track, in an audio context of its own. */
  static async of(stream: MediaStream): Promise<Recording> {
    const context = new AudioContext({ sampleRate });
    // Chromium decodes a remote track only when an element plays it.
    const sink = new Audio();
    sink.muted = true;
    sink.srcObject = stream;
    void sink.play();
    const source = (): AudioNode =>
      new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    return Recording.in(context, source, async () => {
      sink.srcObject = null;
      await context.close();
    });
  }

  /** Of what a node of a 48 kHz context gives out. */
  static async in(
    context: AudioContext,
    source: () => AudioNode,
    stop: () => Promise<void> = async () => undefined,
  ): Promise<Recording> {
    const module = URL.createObjectURL(new Blob([recorderSource], { type: "text/javascript" }));
    await context.audioWorklet.addModule(module);
    return new Recording(context, source(), stop);
  }

  private constructor(context: AudioContext, source: AudioNode, stop: () => Promise<void>) {
    this.#stop = stop;
    const recorder = new AudioWorkletNode(context, recorderName);
    recorder.port.onmessage = ({ data }: MessageEvent<Block>) => {
      this.#add(data);
    };
    source.connect(recorder);
    recorder.connect(context.destination);
  }

  between(from: number, to: number): string {
    const inside = this.#pieces.filter(({ at }) => {
      const time = at + this.#offset;
      return time >= from && time < to;
    });
    let bytes = "";
    for (const { pcm } of inside) {
      bytes += String.fromCharCode(...new Uint8Array(pcm.buffer));
    }
    return btoa(bytes);
  }

  /** @returns the page's time when the run of at least `ms` began */
  until(what: "silent" | "audible", ms: number, from: number): Promise<number> {
    let index = 0;
    let since: number | undefined;
    let fitted = 0;
    return new Promise((resolve) => {
      const look = (): void => {
        for (; index < this.#pieces.length; index++) {
          const piece = this.#pieces[index];
          if (!piece || piece.at + this.#offset < from) continue;
          const fits = what === "audible" ? piece.rms >= audible : piece.rms < audible;
          if (fits) {
            since ??= piece.at;
            fitted = piece.at;
          } else if (what === "silent" || piece.at - fitted > pauseMs) since = undefined;
          if (since === undefined || fitted - since < ms) continue;
          this.#watchers.delete(look);
          resolve(since + this.#offset);
          return;
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** The silences between two times of the page, in order. */
  holes(from: number, to: number): Bounds[] {
    const holes: { beganAt: number; endedAt: number }[] = [];
    for (const { at, rms, pcm } of this.#pieces) {
      const beganAt = at + this.#offset;
      if (beganAt < from || beganAt >= to || rms >= audible) continue;
      const endedAt = beganAt + (pcm.length / sampleRate) * 1000;
      const last = holes.at(-1);
      if (last && beganAt - last.endedAt < 1) last.endedAt = endedAt;
      else holes.push({ beganAt, endedAt });
    }
    return holes;
  }

  /** When what sounded after `from` began and ended, by its loud blocks. */
  bounds(from: number): Bounds | undefined {
    const loud = this.#pieces.filter(({ at, rms }) => rms >= audible && at + this.#offset >= from);
    const [first] = loud;
    const last = loud.at(-1);
    if (!first || !last) return undefined;
    const endedAt = last.at + (last.pcm.length / sampleRate) * 1000;
    return { beganAt: first.at + this.#offset, endedAt: endedAt + this.#offset };
  }

  close(): Promise<void> {
    return this.#stop();
  }

  #add({ pcm, time }: Block): void {
    const at = time * 1000;
    const length = (pcm.length / sampleRate) * 1000;
    this.#offset = Math.min(this.#offset, performance.now() - at - length);
    let energy = 0;
    for (const sample of pcm) energy += (sample / 32_768) ** 2;
    this.#pieces.push({ pcm, at, rms: Math.sqrt(energy / pcm.length) });
    for (const look of [...this.#watchers]) look();
  }
}
