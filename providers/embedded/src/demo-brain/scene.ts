import type { LLMRequest } from "@metered/llmrtc-core";
import { plainWords, sentencesOf } from "./hearing.ts";
import { noNotes, noted, type Notes } from "./notes.ts";

/** Which moment it is, and where. */
export interface WallClock {
  readonly now: Date;
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

/** What a rule sees: one sentence, and everything of the call before it. */
export interface Scene {
  /** The sentence as it was heard. */
  readonly said: string;
  /** The sentence as `plainWords` gives it. */
  readonly plain: string;
  /** What the person said before this utterance, oldest first. */
  readonly earlier: readonly string[];
  /** What the agent answered so far, oldest first. */
  readonly replies: readonly string[];
  /** What the person has told about themselves before this sentence. */
  readonly notes: Notes;
  readonly clock: WallClock;
  /** The agent's name, where the system prompt gives it one. */
  readonly agentName: string | undefined;
}

/** Older messages than these are out of mind. */
const longestMemory = 400;

/** One scene for each sentence of what was said last. */
export function scenesOf(request: LLMRequest, clock: WallClock): Scene[] {
  const messages = request.messages.slice(-longestMemory);
  const last = messages.findLastIndex(({ role }) => role === "user");
  const before = messages.slice(0, Math.max(last, 0));
  const earlier = contents(before, "user");
  const setting = {
    earlier,
    replies: contents(before, "assistant"),
    clock,
    agentName: nameIn(contents(request.messages, "system").join("\n")),
  };

  let notes = earlier.flatMap(sentencesOf).reduce(remember, noNotes);
  return sentencesOf(messages[last]?.content ?? "").map((said) => {
    const scene = { ...setting, said, plain: plainWords(said), notes };
    notes = remember(notes, said);
    return scene;
  });
}

function remember(notes: Notes, said: string): Notes {
  return noted(notes, said, plainWords(said));
}

function contents(
  messages: LLMRequest["messages"],
  role: "user" | "assistant" | "system",
): string[] {
  return messages.filter((message) => message.role === role).map(({ content }) => content);
}

const notNames = new Set(["A", "An", "The", "Not", "Now", "Here", "In", "On", "At", "My", "Our"]);

/** "You are Max, …", "Your name is Max", "called Max". */
function nameIn(systemPrompt: string): string | undefined {
  const text = systemPrompt.slice(0, 4000);
  const named =
    /\b(?:[Yy]our name is|(?:called|named)) "?(\p{Lu}[\p{L}'-]{0,30})/u.exec(text) ??
    /\b[Yy]ou(?: are|'re) (\p{Lu}[\p{L}'-]{0,30})(?=[,.]| the | an? |$)/mu.exec(text);
  const name = named?.[1];
  return name !== undefined && !notNames.has(name) ? name : undefined;
}
