import type { CallOptions, LLMChunk, LLMProvider, LLMRequest } from "@metered/llmrtc-core";
import { aboutRules } from "./about.ts";
import { arithmeticRules } from "./arithmetic.ts";
import { clockRules } from "./clock.ts";
import { fallback } from "./fallback.ts";
import { followUpRules } from "./follow-ups.ts";
import { memoryRules } from "./memory.ts";
import { requestRules } from "./requests.ts";
import { firstAnswer } from "./rules.ts";
import { scenesOf, type Scene } from "./scene.ts";
import { courtesyRules, smallTalkRules } from "./small-talk.ts";

export interface DemoBrainOptions {
  /** Default: the clock of the machine. */
  readonly now?: () => Date;
  /** IANA name, e.g. `Europe/Berlin`. Default: the time zone of the machine. */
  readonly timeZone?: string;
}

/** A language model that streams and is asked like one, but answers by rules. */
export interface DemoBrain extends LLMProvider {
  stream(request: LLMRequest, options?: CallOptions): AsyncIterable<LLMChunk>;
}

/**
 * A small rule-based brain that shows a voice agent without a key, a download or the internet. It is a
 * demo, not a language model: it knows the time, sums, what it is told in the call, some small talk
 * and what LLMRTC is.
 *
 * It holds no state. Everything comes from the messages of the request, so one brain serves all
 * calls, remembers as far back as the messages go, and gives the same answer to the same messages.
 */
export function demoBrain(options: DemoBrainOptions = {}): DemoBrain {
  const { now = () => new Date() } = options;
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const reply = (request: LLMRequest): string => {
    return answerTo(scenesOf(request, { now: now(), timeZone }));
  };

  return {
    name: "demo-brain",
    local: true,
    async complete(request, { signal } = {}) {
      signal?.throwIfAborted();
      return { fullText: reply(request), stopReason: "end_turn" };
    },
    async *stream(request, { signal } = {}) {
      signal?.throwIfAborted();
      for (const content of reply(request).match(/\s*\S+/g) ?? []) {
        yield { content, done: false };
        // Calls share one thread: others go first between two words.
        await new Promise(setImmediate);
        signal?.throwIfAborted();
      }
      yield { content: "", done: true, stopReason: "end_turn" };
    },
  };
}

/** More specific topics come first: "what is my name" is not small talk. */
const topics = [
  ...memoryRules,
  ...requestRules,
  ...clockRules,
  ...arithmeticRules,
  ...followUpRules,
  ...smallTalkRules,
  ...aboutRules,
];

/** Two answers are as many as anybody wants to hear at once. */
const mostAnswers = 2;

function answerTo(scenes: readonly Scene[]): string {
  const answers = scenes.flatMap((scene) => firstAnswer(topics, scene) ?? []);
  const [first] = scenes;
  if (answers.length > 0) {
    const greeting = first && isFirstGreeting(first) ? ["Hello."] : [];
    return [...greeting, ...[...new Set(answers)].slice(-mostAnswers)].join(" ");
  }
  const courtesies = scenes.flatMap((scene) => firstAnswer(courtesyRules, scene) ?? []);
  const last = scenes.at(-1);
  return courtesies.at(-1) ?? (last ? fallback(last) : "");
}

/** Nobody likes to be answered without a greeting back. */
function isFirstGreeting({ said, replies }: Scene): boolean {
  return (
    replies.length === 0 && /^(?:hello|hi|hey|good (?:morning|afternoon|evening))\b/i.test(said)
  );
}
