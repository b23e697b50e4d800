import type { Pcm } from "../audio/pcm.ts";

/**
 * What the ear reports, in order: speech-started, any number of speech, speech-ended. In between
 * speech-paused and speech-resumed alternate.
 */
export type Heard =
  | { readonly type: "speech-started" }
  /** Sound of the utterance, 16 kHz mono. The first one begins up to `preSpeechMs` before the voice. */
  | { readonly type: "speech"; readonly pcm: Pcm }
  /** About 100 ms of silence: the caller may have finished. */
  | { readonly type: "speech-paused" }
  /** The caller goes on. */
  | { readonly type: "speech-resumed" }
  | {
      readonly type: "speech-ended";
      /** From the start of speech to its last voiced frame. */
      readonly speechMs: number;
      /** Silence that was waited for, from the last voiced frame to now. */
      readonly silenceMs: number;
      /** Why the turn detector waited so long, where it says so; `manual`: the caller ended it. */
      readonly reason?: string;
      /** He took it back, or pressed the button and said nothing: it is no turn. */
      readonly cancelled?: boolean;
    };
