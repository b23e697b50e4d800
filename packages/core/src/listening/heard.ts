import type { Pcm } from "../audio/pcm.ts";

/**
 * What the ear reports, in order: speech-started, any number of speech, speech-ended. In between
 * speech-paused and speech-resumed alternate. Before, a voice-noticed is followed by one of
 * voice-lost and speech-started.
 */
export type Heard =
  /** About 30 ms that sound like a voice: too little to tell. */
  | { readonly type: "voice-noticed" }
  /** It was none. */
  | { readonly type: "voice-lost" }
  | {
      readonly type: "speech-started";
      /** How long ago the voice began. */
      readonly agoMs: number;
      /** The caller pressed his button. */
      readonly pressed?: boolean;
    }
  | {
      readonly type: "speech";
      /** Sound of the utterance, 16 kHz mono. The first one begins up to `preSpeechMs` before the voice. */
      readonly pcm: Pcm;
      /** From the start of the voice to its last voiced frame so far; 0 in sound from before it was found. */
      readonly voiceMs: number;
    }
  /** About 60 ms of silence: the caller may have finished. */
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
