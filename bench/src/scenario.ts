/** What the fake providers of a benchmark's server do; the same for ours and the incumbent's. */
export interface Scenario {
  /** What each takes before its first result, in milliseconds. */
  readonly delaysMs: { readonly stt: number; readonly llm: number; readonly tts: number };
  /** What the model answers, in the pieces in which it comes. */
  readonly tokens: readonly string[];
  /** Between two tokens. */
  readonly tokenMs: number;
  /** The voice hums this long for every sentence, without silence at its ends. */
  readonly sentenceMs: number;
  /** `embedded` is Whisper, on both servers; else what `ServerProcess.willHear` says is heard. */
  readonly hearing: "fixed" | "embedded";
}

export const shortAnswer: Scenario = {
  delaysMs: { stt: 50, llm: 50, tts: 50 },
  tokens: ["Hello."],
  tokenMs: 0,
  sentenceMs: 300,
  hearing: "fixed",
};

/** So many sentences in one piece each. */
export function sentences(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, i) => `This is sentence number ${i + 1} of the answer. `,
  );
}
