import type { LanguageModelV3, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import {
  ProviderError,
  type LLMChunk,
  type LLMRequest,
  type Message,
  type ToolDefinition,
} from "@metered/llmrtc-core";
import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { aiSdkModel } from "../src/ai-sdk-model.ts";
import { openAICompatibleModel } from "../src/compatible.ts";
import type { StreamingLLM } from "../src/ai-sdk-model.ts";
import { completion, delta, ended, line, refusing, said, streaming, Vendor } from "./vendor.ts";

const key = "sk-very-secret-key";
const vendors: Vendor[] = [];

afterEach(async () => {
  for (const vendor of vendors.splice(0)) await vendor.close();
});

async function vendorThat(...answer: Parameters<typeof Vendor.start>): Promise<{
  vendor: Vendor;
  brain: StreamingLLM;
}> {
  const vendor = await Vendor.start(...answer);
  vendors.push(vendor);
  const brain = openAICompatibleModel({
    name: "test-llm",
    baseURL: `${vendor.url}/v1`,
    model: "m",
    apiKey: key,
  });
  return { vendor, brain };
}

const hello: LLMRequest = { messages: [{ role: "user", content: "Hello" }] };

const weather: ToolDefinition = {
  name: "weather",
  description: "Weather of a place",
  parameters: { type: "object", properties: { place: { type: "string" } } },
};

async function all(chunks: AsyncIterable<LLMChunk>): Promise<LLMChunk[]> {
  const list: LLMChunk[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return list;
}

describe("a reply", () => {
  test("streams as it comes: the first words are there before the last are made", async () => {
    let finish: (() => void) | undefined;
    const { brain } = await vendorThat((response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(line(said("Hel")));
      finish = () => response.end(line(said("lo.")) + line(ended("stop")) + line("[DONE]"));
    });
    const chunks = brain.stream(hello)[Symbol.asyncIterator]();
    expect((await chunks.next()).value).toEqual({ content: "Hel", done: false });
    finish?.();
    expect((await chunks.next()).value).toEqual({ content: "lo.", done: false });
    expect((await chunks.next()).value).toMatchObject({
      content: "",
      done: true,
      stopReason: "end_turn",
    });
    expect((await chunks.next()).done).toBe(true);
  });

  test("comes whole from complete, with what it cost", async () => {
    const { brain } = await vendorThat(refusing(200, completion({ content: "Hello." })));
    const result = await brain.complete(hello);
    expect(result).toMatchObject({ fullText: "Hello.", stopReason: "end_turn" });
    expect(result.raw).toMatchObject({ usage: { outputTokens: { total: 7 } } });
  });

  test.each([
    ["stop", "end_turn"],
    ["length", "max_tokens"],
    ["content_filter", "content_filter"],
    ["tool_calls", "tool_use"],
    ["something new", undefined],
  ])("that ends with %s ends with %s", async (raw, expected) => {
    const { brain } = await vendorThat(streaming(said("Hi"), ended(raw)));
    expect((await all(brain.stream(hello))).at(-1)?.stopReason).toBe(expected);
  });

  test("holds no reasoning", async () => {
    const { brain } = await vendorThat(
      streaming(delta({ reasoning_content: "Hmm, hello?" }), said("Hello."), ended("stop")),
    );
    const chunks = await all(brain.stream(hello));
    expect(chunks.map(({ content }) => content).join("")).toBe("Hello.");
  });

  test("holds no reasoning that comes as text either", async () => {
    const { brain } = await vendorThat(
      streaming(said("<thi"), said("nk>Hmm.</think>\n"), said("Hello."), ended("stop")),
    );
    const chunks = await all(brain.stream(hello));
    expect(chunks.map(({ content }) => content)).toEqual(["Hello.", ""]);
    const whole = await vendorThat(refusing(200, completion({ content: "<think>a</think>Hi." })));
    expect((await whole.brain.complete(hello)).fullText).toBe("Hi.");
  });

  test("may call tools, with arguments that come in pieces", async () => {
    const { brain } = await vendorThat(
      streaming(
        delta({
          tool_calls: [{ index: 0, id: "c1", function: { name: "weather", arguments: '{"pl' } }],
        }),
        delta({ tool_calls: [{ index: 0, function: { arguments: 'ace":"Rome"}' } }] }),
        delta({
          tool_calls: [{ index: 1, id: "c2", function: { name: "weather", arguments: "{}" } }],
        }),
        // Some local servers say "stop" here.
        ended("stop"),
      ),
    );
    expect((await all(brain.stream({ ...hello, tools: [weather] }))).at(-1)).toMatchObject({
      done: true,
      stopReason: "tool_use",
      toolCalls: [
        { callId: "c1", name: "weather", arguments: { place: "Rome" } },
        { callId: "c2", name: "weather", arguments: {} },
      ],
    });
  });

  test.each([
    ["{broken", "the arguments are not valid JSON"],
    ["[1]", "the arguments are not a JSON object"],
  ])("with the arguments %s says so and goes on", async (text, parseError) => {
    const call = { id: "c1", type: "function", function: { name: "weather", arguments: text } };
    const { brain } = await vendorThat(
      refusing(200, completion({ content: null, tool_calls: [call] }, "tool_calls")),
    );
    const { toolCalls } = await brain.complete({ ...hello, tools: [weather] });
    expect(toolCalls).toEqual([{ callId: "c1", name: "weather", arguments: {}, parseError }]);
  });
});

describe("the request", () => {
  async function sent(request: LLMRequest): Promise<Record<string, unknown>> {
    const { brain, vendor } = await vendorThat(refusing(200, completion({ content: "ok" })));
    await brain.complete(request);
    return vendor.bodies[0] as Record<string, unknown>;
  }

  test("carries model, key and settings, and no setting that was not given", async () => {
    const { brain, vendor } = await vendorThat(refusing(200, completion({ content: "ok" })));
    await brain.complete({ ...hello, config: { temperature: 0.2, topP: 0.9, maxTokens: 50 } });
    await brain.complete(hello);
    expect(vendor.headers[0]?.authorization).toBe(`Bearer ${key}`);
    expect(vendor.bodies[0]).toMatchObject({
      model: "m",
      temperature: 0.2,
      top_p: 0.9,
      max_tokens: 50,
    });
    expect(Object.keys(vendor.bodies[1] as object).sort()).toEqual(["messages", "model"]);
  });

  test("starts with one system message, whatever the order", async () => {
    const { messages } = await sent({
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hello" },
        { role: "assistant", content: "" },
        { role: "system", content: "Be brief." },
        { role: "user", content: "Bye" },
      ],
    });
    expect(messages).toEqual([
      { role: "system", content: "Be kind.\n\nBe brief." },
      { role: "user", content: "Hello" },
      { role: "user", content: "Bye" },
    ]);
  });

  test("replays tool calls and their results", async () => {
    const conversation: Message[] = [
      { role: "user", content: "Weather in Rome and Oslo?" },
      {
        role: "assistant",
        content: "Let me see.",
        toolCalls: [
          { callId: "c1", name: "weather", arguments: { place: "Rome" } },
          { callId: "c2", name: "weather", arguments: { place: "Oslo" } },
        ],
      },
      { role: "tool", content: '{"sun":true}', toolCallId: "c1", toolName: "weather" },
      { role: "tool", content: "snow", toolCallId: "c2" },
    ];
    const { messages } = await sent({ messages: conversation, tools: [weather] });
    expect(messages).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: "Let me see.",
        tool_calls: [
          { id: "c1", function: { name: "weather", arguments: '{"place":"Rome"}' } },
          { id: "c2", function: { name: "weather", arguments: '{"place":"Oslo"}' } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: '{"sun":true}' },
      { role: "tool", tool_call_id: "c2", content: "snow" },
    ]);
  });

  test.each([
    ["auto", "auto"],
    ["none", "none"],
    ["required", "required"],
    [{ name: "weather" }, { type: "function", function: { name: "weather" } }],
  ] as const)("with tools has the tool choice %o", async (toolChoice, expected) => {
    const body = await sent({ ...hello, tools: [weather], toolChoice });
    expect(body["tool_choice"]).toEqual(expected);
    expect(body["tools"]).toMatchObject([{ type: "function", function: weather }]);
  });

  test("without tools has no tool choice", async () => {
    expect(await sent({ ...hello, tools: [], toolChoice: "auto" })).not.toHaveProperty(
      "tool_choice",
    );
  });

  const png = "iVBORw0KGgoAAAANSUhEUg==";
  test.each([
    ["a data URI", { data: "data:image/webp;base64,UklGRg==" }, "data:image/webp;base64,UklGRg=="],
    ["bare base64", { data: png }, `data:image/png;base64,${png}`],
    ["base64 of a kind", { data: "AAAA", mimeType: "image/gif" }, "data:image/gif;base64,AAAA"],
    ["base64 of no known kind", { data: "AAAA" }, "data:image/jpeg;base64,AAAA"],
    ["an https URL", { data: "https://example.com/a.jpg" }, "https://example.com/a.jpg"],
    [
      "a data URI in plain text",
      { data: "data:image/svg+xml,%3Csvg/%3E" },
      /^data:image\/svg\+xml;base64,PHN2Zy8\+$/,
    ],
  ])("takes a picture as %s", async (_form, attachment, url) => {
    const { messages } = await sent({
      messages: [{ role: "user", content: "What is this?", attachments: [attachment] }],
    });
    const expected = typeof url === "string" ? url : (expect.stringMatching(url) as string);
    expect(messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?" },
          { type: "image_url", image_url: { url: expected } },
        ],
      },
    ]);
  });

  test("tells the model what a picture is called, also without words beside it", async () => {
    const attachments = [{ data: png, alt: "camera frame" }];
    const { messages } = await sent({ messages: [{ role: "user", content: "", attachments }] });
    expect(messages).toMatchObject([
      { content: [{ type: "text", text: "Picture: camera frame" }, { type: "image_url" }] },
    ]);
  });
});

describe("a failure", () => {
  const vendorText = `Incorrect API key provided: ${key}. Prompt was: Hello`;

  test.each([
    [401, false, "test-llm: answered 401 (invalid_api_key): check the API key"],
    [403, false, "test-llm: answered 403 (invalid_api_key): this key may not do that"],
    [404, false, "test-llm: answered 404 (invalid_api_key): no such model or address"],
    [429, true, "test-llm: answered 429 (invalid_api_key): too many requests or no credit left"],
    [500, true, "test-llm: answered 500 (invalid_api_key)"],
  ])(
    "with status %i has a code and no word of the vendor's",
    async (status, retryable, message) => {
      const { brain, vendor } = await vendorThat(
        refusing(status, { error: { message: vendorText, code: "invalid_api_key" } }),
      );
      for (const attempt of [brain.complete(hello), all(brain.stream(hello))]) {
        const error = (await attempt.catch((caught: unknown) => caught)) as ProviderError;
        expect(error).toBeInstanceOf(ProviderError);
        expect(error).toMatchObject({ code: "LLM_ERROR", provider: "test-llm", status, retryable });
        expect(error.message).toBe(message);
        expect(error.cause).toBeUndefined();
      }
      expect(vendor.bodies).toHaveLength(2); // one attempt each: retrying is for the caller
    },
  );

  test("with a body that is no JSON still has its status", async () => {
    const { brain } = await vendorThat(refusing(502, "<html>Bad gateway</html>"));
    await expect(brain.complete(hello)).rejects.toMatchObject({ status: 502, retryable: true });
  });

  test("says when nobody listens there", async () => {
    const { brain, vendor } = await vendorThat(streaming());
    await vendor.close();
    vendors.length = 0;
    await expect(all(brain.stream(hello))).rejects.toMatchObject({
      code: "LLM_ERROR",
      status: undefined,
      retryable: true,
      message: "test-llm: could not be reached (ECONNREFUSED)",
    });
  });

  const broken: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ["is not JSON", (response) => response.end(line(said("Hi")) + line("{oops"))],
    ["has another shape", (response) => response.end(line(said("Hi")) + line({ choices: "no" }))],
    ["ends too early", (response) => response.end(line(said("Hi")))],
    ["is torn down", (response) => response.write(line(said("Hi")), () => response.destroy())],
    [
      "holds an error",
      (response) =>
        response.end(
          line(said("Hi")) + line({ error: { message: vendorText, code: "overloaded" } }),
        ),
    ],
  ];
  test.each(broken)("in a stream that %s comes after the words before it", async (_, answer) => {
    const { brain } = await vendorThat((response) => {
      response.setHeader("content-type", "text/event-stream");
      answer(response);
    });
    const words: string[] = [];
    const talk = async (): Promise<void> => {
      for await (const { content } of brain.stream(hello)) words.push(content);
    };
    const error = (await talk().catch((caught: unknown) => caught)) as ProviderError;
    expect(words).toEqual(["Hi"]);
    expect(error).toMatchObject({ code: "LLM_ERROR", provider: "test-llm", retryable: true });
    expect(error.message).not.toContain(key);
  });

  test("in a whole reply that makes no sense is not understood", async () => {
    const { brain } = await vendorThat(refusing(200, { surprise: true }));
    await expect(brain.complete(hello)).rejects.toThrow("form that is not understood");
  });
});

describe("an abort", () => {
  const reason = new Error("barge-in");

  test("ends a call that hangs, with the signal's reason, and hangs up", async () => {
    const turn = new AbortController();
    const { brain, vendor } = await vendorThat(() => {
      turn.abort(reason);
    });
    await expect(brain.complete(hello, turn)).rejects.toBe(reason);
    await vendor.hungUp;
  });

  test("ends a stream in the middle", async () => {
    const turn = new AbortController();
    const { brain, vendor } = await vendorThat((response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(line(said("Hi")));
    });
    const talk = async (): Promise<void> => {
      for await (const chunk of brain.stream(hello, turn)) {
        expect(chunk.content).toBe("Hi");
        turn.abort(reason);
      }
    };
    await expect(talk()).rejects.toBe(reason);
    await vendor.hungUp;
  });

  test("before the call asks nobody", async () => {
    const { brain, vendor } = await vendorThat(streaming());
    const signal = AbortSignal.abort(reason);
    await expect(brain.complete(hello, { signal })).rejects.toBe(reason);
    await expect(all(brain.stream(hello, { signal }))).rejects.toBe(reason);
    expect(vendor.bodies).toEqual([]);
  });

  test("by leaving the loop hangs up too", async () => {
    const { brain, vendor } = await vendorThat((response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(line(said("Hi")));
    });
    for await (const chunk of brain.stream(hello)) {
      expect(chunk.content).toBe("Hi");
      break;
    }
    await vendor.hungUp;
  });

  describe("reaches a model that does not listen to signals", () => {
    const never = new Promise<never>(() => undefined);
    const deaf = (stream: ReadableStream<LanguageModelV3StreamPart>): LanguageModelV3 => ({
      specificationVersion: "v3",
      provider: "deaf",
      modelId: "one",
      supportedUrls: {},
      doGenerate: () => never,
      doStream: () => Promise.resolve({ stream }),
    });

    test("before its first word", async () => {
      const brain = aiSdkModel(deaf(new ReadableStream()));
      expect(brain.name).toBe("deaf/one");
      const turn = new AbortController();
      const calls = [brain.complete(hello, turn), all(brain.stream(hello, turn))];
      turn.abort(reason);
      for (const call of calls) await expect(call).rejects.toBe(reason);
    });

    test("in the middle, and lets go of its stream", async () => {
      let cancelled = false;
      const stream = new ReadableStream<LanguageModelV3StreamPart>({
        start: (controller) => {
          controller.enqueue({ type: "text-delta", id: "1", delta: "Hi" });
        },
        cancel: () => {
          cancelled = true;
        },
      });
      const turn = new AbortController();
      const chunks = aiSdkModel(deaf(stream)).stream(hello, turn)[Symbol.asyncIterator]();
      expect((await chunks.next()).value).toMatchObject({ content: "Hi" });
      const next = chunks.next();
      turn.abort(reason);
      await expect(next).rejects.toBe(reason);
      expect(cancelled).toBe(true);
    });
  });
});
