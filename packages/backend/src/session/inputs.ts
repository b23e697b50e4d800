import type {
  Floor,
  Part,
  Said,
  TurnContext,
  TurnStopwatch,
  VisionAttachment,
} from "@metered/llmrtc-core";
import type { Utterance } from "./utterance.ts";

/** What a part of the floor holds: the caller's words, once they are known, and what goes with them. */
export interface Input {
  readonly context: TurnContext;
  readonly by: Part["by"];
  readonly stopwatch: TurnStopwatch;
  readonly utterance?: Utterance;
  text: string;
  attachments: readonly VisionAttachment[];
}

/** One message of the caller, made of one or more inputs. */
export interface Message extends Said {
  /** Of the last input that it is made of. */
  readonly turnId: string;
  readonly by: Part["by"];
}

/** All that the caller has said and that no reply stands for yet. */
export class Inputs {
  readonly #inputs = new Map<string, Input>();

  add(input: Input): void {
    this.#inputs.set(input.context.turnId, input);
  }

  get(id: string): Input | undefined {
    return this.#inputs.get(id);
  }

  of(ids: readonly string[]): Input[] {
    return ids.flatMap((id) => this.#inputs.get(id) ?? []);
  }

  delete(...ids: readonly string[]): void {
    for (const id of ids) this.#inputs.delete(id);
  }

  /** What the caller says in the part `id`, with what he had said before in the same breath. */
  withBefore(id: string, text: string, { parts }: Floor): string {
    const taken = parts.filter(({ standing }) => standing === "taken");
    const index = taken.findIndex((part) => part.id === id);
    const before = taken.slice(0, Math.max(0, index));
    const since = before.findLastIndex(({ by }) => by !== "voice") + 1;
    const texts = this.of(before.slice(since).map((part) => part.id)).map((input) => input.text);
    return [...texts, text].filter(Boolean).join(" ");
  }
}

/** What was said in one breath, as it turns out, is one message. */
export function messagesOf(inputs: readonly Input[]): Message[] {
  const messages: Message[] = [];
  for (const { context, by, text, attachments } of inputs) {
    const { turnId } = context;
    const before = by === "voice" && messages.at(-1)?.by === "voice" ? messages.pop() : undefined;
    messages.push({
      turnId,
      by,
      text: [before?.text, text].filter(Boolean).join(" "),
      attachments: [...(before?.attachments ?? []), ...attachments],
    });
  }
  return messages;
}
