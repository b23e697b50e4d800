import type { LLMProvider, LLMRequest } from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { collect, interruption, shared } from "./lifetime.ts";

export interface LLMContractOptions {
  /** Something that the model answers in at least two chunks. */
  readonly prompt?: string;
  /** Whether it has a stream; without one, nothing is asked of it. Default true. */
  readonly streams?: boolean;
}

/** What every language model must do, whoever makes it. Each provider's tests call this once. */
export function llmContract(
  name: string,
  make: () => LLMProvider | Promise<LLMProvider>,
  { prompt = "Say hello and ask how you can help.", streams = true }: LLMContractOptions = {},
): void {
  const request: LLMRequest = { messages: [{ role: "user", content: prompt }] };

  describe(`${name} keeps the LLM contract`, () => {
    const llm = shared(make);
    const stream = (signal?: AbortSignal) => llm().stream?.(request, signal ? { signal } : {});

    test("has a name", () => {
      expect(llm().name).not.toBe("");
    });

    test("completes a request", async () => {
      expect((await llm().complete(request)).fullText).not.toBe("");
    });

    test("answers several requests at once", async () => {
      const results = await Promise.all([1, 2, 3].map(() => llm().complete(request)));
      for (const { fullText } of results) expect(fullText).not.toBe("");
    });

    test("rejects with the signal's reason when aborted before it starts", async () => {
      const reason = interruption();
      const signal = AbortSignal.abort(reason);
      await expect(llm().complete(request, { signal })).rejects.toBe(reason);
      const chunks = stream(signal);
      if (chunks) await expect(collect(chunks)).rejects.toBe(reason);
    });

    if (streams) {
      test("streams text, then one last chunk that says so", async () => {
        const chunks = await collect(stream() ?? missing());
        expect(chunks.map(({ done }) => done)).toEqual(
          chunks.map((_, i) => i === chunks.length - 1),
        );
        expect(chunks.map(({ content }) => content).join("")).not.toBe("");
      });

      test("rejects with the signal's reason when aborted on the way", async () => {
        const call = new AbortController();
        const reason = interruption();
        const read = async () => {
          for await (const { content } of stream(call.signal) ?? missing()) {
            expect(content).toBeTypeOf("string");
            call.abort(reason);
          }
        };
        await expect(read()).rejects.toBe(reason);
      });

      test("works on after a reader has left its stream", async () => {
        const chunks = (stream() ?? missing())[Symbol.asyncIterator]();
        await chunks.next();
        await chunks.return?.();
        expect(await chunks.next()).toEqual({ done: true, value: undefined });
        expect((await llm().complete(request)).fullText).not.toBe("");
      });
    }

    test("can be closed twice, and opened again as a server does that starts again", async () => {
      const other = await make();
      await other.init?.();
      await other.close?.();
      await other.close?.();
      await other.init?.();
      expect((await other.complete(request)).fullText).not.toBe("");
      await other.close?.();
    });
  });
}

function missing(): never {
  throw new Error("there is no stream; say `streams: false`");
}
