import { floatsFromPcm, type Pcm, Resampler } from "@metered/llmrtc-core";
import { cue, type Playhead } from "./cue.ts";

/** Fade that keeps an interruption from clicking, in seconds. */
const fade = 0.005;

/**
 * Plays pieces of the agent's voice into a stream, each at its time on the clock of the audio
 * context, which joins them sample by sample.
 */
export class SocketSpeaker {
  readonly #context: AudioContext;
  readonly #resampler: Resampler;
  readonly #output: MediaStreamAudioDestinationNode;
  readonly #sounding = new Set<AudioBufferSourceNode>();
  #gain: GainNode;
  #head: Playhead | undefined;

  constructor(context: AudioContext, sampleRate: number) {
    this.#context = context;
    this.#resampler = new Resampler(sampleRate, context.sampleRate);
    this.#output = context.createMediaStreamDestination();
    this.#gain = this.#newGain();
  }

  get stream(): MediaStream {
    return this.#output.stream;
  }

  play(callTime: number, pcm: Pcm): void {
    const context = this.#context;
    const floats = floatsFromPcm(this.#resampler.process(pcm));
    if (floats.length === 0) return;
    const lengthMs = (floats.length * 1000) / context.sampleRate;
    const { head, startsAt } = cue(this.#head, { callTime, lengthMs }, context.currentTime * 1000);
    this.#head = head;
    if (startsAt === undefined) return;
    const buffer = context.createBuffer(1, floats.length, context.sampleRate);
    buffer.getChannelData(0).set(floats);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    this.#sounding.add(source);
    source.onended = () => {
      this.#sounding.delete(source);
    };
    // On a whole sample: between two the browser would interpolate.
    source.start(Math.round((startsAt * context.sampleRate) / 1000) / context.sampleRate);
  }

  /** Silence at once: what waits is dropped. */
  flush(): void {
    const now = this.#context.currentTime;
    const { gain } = this.#gain;
    gain.setValueAtTime(1, now);
    gain.linearRampToValueAtTime(0, now + fade);
    for (const source of this.#sounding) source.stop(now + fade);
    this.#sounding.clear();
    this.#gain = this.#newGain();
    this.#resampler.flush();
    this.#head = undefined;
  }

  close(): void {
    for (const source of this.#sounding) source.stop();
    this.#gain.disconnect();
    for (const track of this.stream.getTracks()) track.stop();
  }

  #newGain(): GainNode {
    const gain = this.#context.createGain();
    gain.connect(this.#output);
    return gain;
  }
}
