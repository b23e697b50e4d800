import type { STTResult } from "@metered/llmrtc-core";
import type { Heard } from "./model.ts";

/** Joins what was understood of consecutive parts. */
export function resultOf(parts: readonly Heard[], isFinal: boolean): STTResult {
  const spoken = parts.filter(({ text }) => text.trim() !== "");
  const text = spoken.map((part) => part.text.trim()).join(" ");
  const tokens = spoken.reduce((sum, part) => sum + part.tokens.length, 0);
  const logProb = spoken.reduce((sum, part) => sum + part.averageLogProb * part.tokens.length, 0);
  return { text, isFinal, ...(tokens > 0 && { confidence: Math.exp(logProb / tokens) }) };
}
