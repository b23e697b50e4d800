import {
  type Clock,
  levelDb,
  LLMRTCError,
  systemClock,
  type VoiceDetector,
} from "@metered/llmrtc-core";
import { failsAt, type Mishap } from "./mishap.ts";
import { wait } from "./waiting.ts";

export interface FakeVoiceDetectorOptions extends Pick<Mishap, "failAt" | "error"> {
  /** What is louder is a voice. Default -40. */
  readonly thresholdDb?: number;
  /** Time for one frame. Default 0. */
  readonly delayMs?: number;
  readonly clock?: Clock;
}

export interface FakeVoiceDetector extends VoiceDetector {
  /** Streams that were opened and not closed. */
  readonly openStreams: number;
  /** Frames that it was given. */
  readonly frames: number;
}

/** Takes everything loud for a voice: probability 0.95, else 0.05. */
export function fakeVoiceDetector(options: FakeVoiceDetectorOptions = {}): FakeVoiceDetector {
  const { thresholdDb = -40, delayMs = 0, clock = systemClock } = options;
  const open = new Set<object>();
  let frames = 0;

  return {
    get openStreams() {
      return open.size;
    },
    get frames() {
      return frames;
    },
    open() {
      const stream = {
        async probability(frame: Int16Array): Promise<number> {
          if (!open.has(stream)) throw new LLMRTCError("CLOSED", "The voice stream is closed");
          const failed = failsAt(options, frames++);
          await wait(delayMs, clock);
          if (failed) throw options.error ?? new LLMRTCError("VAD_ERROR", "failed on purpose");
          return levelDb(frame) > thresholdDb ? 0.95 : 0.05;
        },
        close: () => void open.delete(stream),
      };
      open.add(stream);
      return stream;
    },
    async close() {
      open.clear();
    },
  };
}
