import { LLMRTCError } from "@metered/llmrtc-core";

/** Names that the environment may give, and what they choose. */
export const llmNames = {
  openai: "openai",
  ollama: "ollama",
  local: "ollama",
  lmstudio: "lmstudio",
  "lm-studio": "lmstudio",
  demo: "demo",
  embedded: "demo",
} as const;
export const sttNames = {
  embedded: "embedded",
  openai: "openai",
  whisper: "openai",
  "openai-whisper": "openai",
} as const;
export const ttsNames = { embedded: "embedded", openai: "openai" } as const;

/** Names that stand for something this release has no package for. */
const absent = new Set([
  ...["anthropic", "google", "gemini", "bedrock", "openrouter", "zai", "glm"],
  ...["faster-whisper", "fasterwhisper", "openai-realtime", "realtime", "deepgram"],
  ...["elevenlabs", "scribe", "elevenlabs-scribe", "piper"],
]);

/**
 * What an explicit choice means; undefined without one.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`: one line that names what exists
 */
export function named<Choice extends string>(
  variable: string,
  value: string | undefined,
  names: Readonly<Record<string, Choice>>,
): Choice | undefined {
  if (value === undefined) return undefined;
  const known = Object.hasOwn(names, value) ? names[value] : undefined;
  if (known !== undefined) return known;
  const choices = [...new Set(Object.values(names))].join(", ");
  if (absent.has(value))
    throw invalid(`${variable}: there is no ${value} package yet; choose one of ${choices}`);
  throw invalid(`${variable} must be one of ${choices}`);
}

export function invalid(message: string): LLMRTCError {
  return new LLMRTCError("INVALID_CONFIG", message);
}
