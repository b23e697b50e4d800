/** 10 ms of sound and the audio clock at its first sample, in seconds. */
export interface Block {
  readonly pcm: Int16Array;
  readonly time: number;
}

export const recorderName = "recorder";

/** Runs on the audio thread: sends its first input channel to the page in blocks of 10 ms. */
export const recorderSource = `
registerProcessor("${recorderName}", class extends AudioWorkletProcessor {
  block = new Int16Array(480);
  filled = 0;
  time = 0;
  process([input]) {
    const samples = input[0] ?? new Float32Array(128);
    for (let i = 0; i < samples.length; i++) {
      if (this.filled === 0) this.time = currentTime + i / sampleRate;
      this.block[this.filled++] = Math.max(-1, Math.min(1, samples[i])) * 32767;
      if (this.filled === this.block.length) {
        this.port.postMessage({ pcm: this.block, time: this.time }, [this.block.buffer]);
        this.block = new Int16Array(480);
        this.filled = 0;
      }
    }
    return true;
  }
});
`;
