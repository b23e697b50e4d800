/** Says how likely a piece of sound is a voice. One model serves all calls. */
export interface VoiceDetector {
  /** Starts listening to one caller. */
  open(): VoiceStream;
  close(): Promise<void>;
}

/** One caller's ear. It remembers what it heard, so frames must come in order. */
export interface VoiceStream {
  /**
   * @param frame 512 samples at 16 kHz mono (32 ms)
   * @returns probability of voice, 0 to 1
   * @throws {LLMRTCError} `VAD_ERROR` when the model failed, `CLOSED` after `close`
   */
  probability(frame: Int16Array): Promise<number>;
  close(): void;
}

/** Samples of one detector frame at 16 kHz. */
export const voiceFrameSamples = 512;
/** Length of one detector frame in milliseconds. */
export const voiceFrameMs = 32;
