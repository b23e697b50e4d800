import {
  holds,
  type InterruptionWords,
  interruptionWords,
  madeOf,
  plainWords,
} from "./backchannels.ts";

/** What is known of a voice that is heard while the agent speaks, or is about to. */
export interface InterruptionEvidence {
  /** From the start of the voice to its last sound so far, in milliseconds. */
  readonly voiceMs: number;
  /** It has stopped, for now. */
  readonly over: boolean;
  /** What is understood so far; undefined: nobody can tell yet. */
  readonly words: string | undefined;
  /** The words are all that there will be. */
  readonly wordsFinal: boolean;
  /** Nobody waits longer: `unclear` now lets the agent go on until more is known. */
  readonly due: boolean;
  /** The caller hears the agent: false while it thinks. */
  readonly agentAudible: boolean;
  /** What the agent has said so far. */
  readonly agentWords: string;
  /** Sound that the agent has still to say; undefined while it still thinks of more. */
  readonly agentLeftMs: number | undefined;
  /** The voice, 16 kHz mono, oldest first. */
  readonly sound: readonly Int16Array[];
}

/** `turn`: words to the agent. `nothing`: a cough, noise, an echo, a nod. */
export type InterruptionVerdict = "turn" | "nothing" | "unclear";

/**
 * Decides whether a voice over the agent takes the floor. Asked when the voice pauses or goes on, when
 * words are understood, when time is up, and once more with the final words; the first answer that is
 * not `unclear` stands. A rejection is logged and counts as `unclear`. With final words `unclear`
 * counts as `turn`: nothing said is lost.
 */
export interface InterruptionDetector {
  /** For logs. */
  readonly name: string;
  judge(evidence: InterruptionEvidence): InterruptionVerdict | Promise<InterruptionVerdict>;
}

export interface InterruptionDetectorOptions {
  /**
   * A voice shorter than this takes the floor only by what it says: by a word that asks for it, or by
   * `minWords` words. Default 500.
   */
  readonly minSpeechMs?: number | undefined;
  /** So many words take the floor even in a short voice. Default 2. */
  readonly minWords?: number | undefined;
  /** BCP 47 tag of the caller's language. Default `en`; a language without lists uses those of `en`. */
  readonly language?: string | undefined;
  /** More words that are nods, and that take the floor. */
  readonly words?: Partial<InterruptionWords> | undefined;
}

/** Nobody says a word in less. */
const msPerWord = 110;
/** Once the agent has no more than this to say, a nod is an answer. */
const endingMs = 700;
/** "Yeah, right." */
const longestNodMs = 900;
/** An echo repeats what was said not long ago: so many words back. */
const echoWords = 24;

/** Judges by length and words. */
export function interruptionDetector(
  options: InterruptionDetectorOptions = {},
): InterruptionDetector {
  const { minSpeechMs = 500, minWords = 2, language = "en", words: more } = options;
  const [tag = "en"] = language.toLowerCase().split("-");
  const known = interruptionWords[tag] ?? interruptionWords["en"];
  const nods = new Set([...(known?.backchannels ?? []), ...(more?.backchannels ?? [])]);
  const calls = new Set([...(known?.floorWords ?? []), ...(more?.floorWords ?? [])]);

  /** Of words that can be believed; undefined: they say nothing yet. */
  const byWords = (words: readonly string[], evidence: InterruptionEvidence) => {
    const { voiceMs, agentAudible, agentLeftMs, agentWords } = evidence;
    const ending = agentLeftMs !== undefined && agentLeftMs <= endingMs;
    if (agentAudible && isEcho(words, agentWords)) return "nothing";
    if (madeOf(words, nods)) return agentAudible && ending ? "turn" : "nothing";
    if (holds(words, calls) || words.length >= minWords || !agentAudible) return "turn";
    return voiceMs >= minSpeechMs ? "turn" : "nothing";
  };

  return {
    name: "words",
    judge(evidence) {
      const { voiceMs, over, wordsFinal, due } = evidence;
      const words = evidence.words === undefined ? undefined : plainWords(evidence.words);
      // A recogniser that hears much in little sound makes it up.
      const believed = words && words.length * msPerWord <= voiceMs + msPerWord ? words : undefined;
      if (believed && believed.length > 0) {
        const verdict = byWords(believed, evidence);
        // The first sound of a hum is easily taken for a "no": a word by itself waits until it is out.
        const stands = over || due || believed.length >= minWords;
        if (stands && (verdict === "turn" || over)) return verdict;
      } else if (wordsFinal) return "nothing";
      if (!due || over) return "unclear";
      // A nod may go on to a sentence, or be a long one; and who hears no words may hear some soon.
      return believed && madeOf(believed, nods) && voiceMs < longestNodMs ? "unclear" : "turn";
    },
  };
}

/** Whether the microphone heard the agent: nearly all words are its own, in its order. */
function isEcho(words: readonly string[], agentWords: string): boolean {
  if (words.length < 2) return false;
  const said = plainWords(agentWords).slice(-echoWords);
  let at = 0;
  let found = 0;
  for (const word of words) {
    const index = said.indexOf(word, at);
    if (index < 0) continue;
    found += 1;
    at = index + 1;
  }
  return found / words.length >= 0.8;
}
