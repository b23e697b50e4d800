import type { Message } from "@metered/llmrtc-core";
import { demoBrain } from "../../src/demo-brain/demo-brain.ts";

/** A Wednesday afternoon in Berlin. */
export const moment = new Date("2026-03-11T14:05:00Z");

export const brain = demoBrain({ now: () => moment, timeZone: "Europe/Berlin" });

/** Says one thing after another in one call; gives the answer to the last. */
export async function answerTo(...said: readonly string[]): Promise<string> {
  return (await answersTo(said)).at(-1) ?? "";
}

export async function answersTo(said: readonly string[], systemPrompt?: string): Promise<string[]> {
  const messages: Message[] = systemPrompt ? [{ role: "system", content: systemPrompt }] : [];
  const answers: string[] = [];
  for (const content of said) {
    messages.push({ role: "user", content });
    const { fullText } = await brain.complete({ messages });
    messages.push({ role: "assistant", content: fullText });
    answers.push(fullText);
  }
  return answers;
}
