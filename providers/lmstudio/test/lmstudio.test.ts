import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { LMStudioLLMProvider } from "../src/index.ts";

const event = (delta: object, finish: string | null): string =>
  `data: ${JSON.stringify({
    id: "c",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;

/** A server that answers one question as LM Studio does, and keeps what it was asked. */
async function asked(
  ask: (origin: string) => Promise<unknown>,
): Promise<{ path: string; authorization: string | undefined; body: unknown }> {
  const requests: { path: string; authorization: string | undefined; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { authorization } = request.headers;
      requests.push({ path: request.url ?? "", authorization, body: JSON.parse(body) });
      response.setHeader("content-type", "text/event-stream");
      response.end(event({ content: "Hel" }, null) + event({ content: "lo." }, "stop"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const [first] = requests;
  if (!first) throw new Error("nobody asked");
  return first;
}

async function said(brain: LMStudioLLMProvider): Promise<string> {
  let text = "";
  for await (const { content } of brain.stream({ messages: [{ role: "user", content: "Hi" }] })) {
    text += content;
  }
  return text;
}

test("streams chat completions without a key", async () => {
  const request = await asked(async (origin) => {
    const brain = new LMStudioLLMProvider({ baseUrl: `${origin}/v1`, model: "qwen" });
    await brain.init();
    expect(brain).toMatchObject({ name: "lmstudio-llm", model: "qwen" });
    expect(await said(brain)).toBe("Hello.");
  });
  expect(request).toMatchObject({
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
      return Promise.resolve(new Response(event({ content: "Hi." }, "stop")));
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
