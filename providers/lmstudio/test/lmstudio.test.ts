import {
  chatEvent,
  type ChatServer,
  chatServer,
  llmContract,
} from "@metered/llmrtc-testing/contracts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LMStudioLLMProvider } from "../src/index.ts";

let server: ChatServer;

beforeAll(async () => {
  server = await chatServer();
});

beforeEach(() => {
  seen = server.asked.length;
});

afterAll(() => server.close());

let seen = 0;

/** What the server was asked since the test began, once. */
function asked() {
  const [first, ...more] = server.asked.slice(seen);
  expect(more).toEqual([]);
  return first;
}

llmContract("LM Studio", () => new LMStudioLLMProvider({ baseUrl: `${server.origin}/v1` }));

async function said(brain: LMStudioLLMProvider): Promise<string> {
  let text = "";
  for await (const { content } of brain.stream({ messages: [{ role: "user", content: "Hi" }] })) {
    text += content;
  }
  return text;
}

test("streams chat completions without a key", async () => {
  const brain = new LMStudioLLMProvider({ baseUrl: `${server.origin}/v1`, model: "qwen" });
  await brain.init();
  expect(brain).toMatchObject({ name: "lmstudio-llm", model: "qwen" });
  expect(await said(brain)).toBe("Hello.");
  expect(asked()).toMatchObject({
    path: "/v1/chat/completions",
    authorization: undefined,
    body: { model: "qwen", stream: true, messages: [{ role: "user", content: "Hi" }] },
  });
});

test("has its program's address and a model by default", async () => {
  const urls: string[] = [];
  const brain = new LMStudioLLMProvider({
    fetch: (url) => {
      urls.push(url instanceof Request ? url.url : url.toString());
      return Promise.resolve(new Response(chatEvent("Hi.", "stop")));
    },
  });
  expect(await said(brain)).toBe("Hi.");
  expect(brain.model).toBe("local-model");
  expect(urls).toEqual(["http://localhost:1234/v1/chat/completions"]);
});

test("fails under its own name when the program does not run", async () => {
  const brain = new LMStudioLLMProvider({
    fetch: () =>
      Promise.reject(Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" })),
  });
  await expect(said(brain)).rejects.toMatchObject({
    code: "LLM_ERROR",
    provider: "lmstudio-llm",
    retryable: true,
  });
});
