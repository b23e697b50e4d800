import type { LLMRequest, Message } from "../providers/llm.ts";
import { AsyncQueue } from "../queue.ts";
import { Withdrawn } from "./ends.ts";
import { patiently } from "./patience.ts";
import type { ReplyInput, Said } from "./reply-input.ts";
import { say } from "./say.ts";
import { recite, write } from "./write.ts";

/**
 * One turn from words to a spoken reply. Text goes out as the model writes it and is never held back
 * by speech; a failing provider costs its own error message and leaves the history in order.
 *
 * Never rejects but for faults of our own.
 */
export async function reply(input: ReplyInput): Promise<void> {
  const { history, voice, send, signal, options, prompt, ledger } = input;
  const { turnId } = input.context;
  const said = "said" in prompt ? await userMessages(prompt.said, input) : [];
  const next = "instructions" in prompt ? [stageDirection(prompt.instructions)] : said;
  const request: LLMRequest = { messages: history.forRequest(...next), config: options.llm };

  const lines = new AsyncQueue<string>();
  const sentBefore = voice.sentMs();
  const veto = new AbortController();
  const speaking = AbortSignal.any([signal, veto.signal]);
  const written =
    "text" in prompt ? recite(prompt.text, input, lines) : write(input, request, lines);
  const [text, speech] = await Promise.all([
    written.catch((error: unknown) => {
      veto.abort(error);
      return "";
    }),
    say({ ...input, signal: speaking }, lines),
  ]);
  const cut = speaking.aborted;
  if (cut && speech.started) {
    voice.clear();
    send({ type: "tts-cancelled", turnId });
  }
  if (signal.reason instanceof Withdrawn) return;
  const sound = await voice.heard(sentBefore);
  const heardMs = sound.heardMs - sentBefore;
  input.stopwatch.replied({
    spokenMs: sound.sentMs - sentBefore,
    heardMs,
    attested: sound.attested,
    interrupted: cut && signal.aborted,
  });
  if (!signal.aborted || !cut) {
    input.keep({ said, ...(text && { answer: { role: "assistant", content: text } }) });
  } else {
    const content = speech.started ? ledger.heard(heardMs) : "";
    const answer = { role: "assistant", content, interrupted: true } as const;
    input.keep({ said, ...(content && { answer }) });
  }
  if (speech.started && !cut) send({ type: "tts-complete", turnId });
}

/** Not a system message: many models take those only at the beginning. */
function stageDirection(instructions: string): Message {
  return { role: "user", content: `[${instructions}]` };
}

function userMessages(said: readonly Said[], input: ReplyInput): Promise<Message[]> {
  return Promise.all(said.map((one) => userMessage(one, input)));
}

async function userMessage(
  { text, attachments }: Said,
  { options, signal }: ReplyInput,
): Promise<Message> {
  const { vision } = options.providers;
  if (attachments.length === 0) return { role: "user", content: text };
  if (!vision) return { role: "user", content: text, attachments };
  const patience = {
    kind: "LLM",
    provider: vision.name,
    ms: options.timeouts.llmMs,
    signal,
  } as const;
  try {
    const { content } = await patiently(patience, (limited) =>
      vision.describe({ prompt: text, attachments }, { signal: limited }),
    );
    return { role: "user", content: `${text}\n\n[What the caller shows: ${content}]` };
  } catch (error) {
    options.logger.warn({ error, provider: vision.name }, "the picture could not be described");
    return { role: "user", content: text };
  }
}
