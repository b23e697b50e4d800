import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a model server was asked. */
export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

export interface ChatServer {
  /** `http://127.0.0.1:PORT`, without a path. */
  readonly origin: string;
  /** All requests so far. */
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/**
 * A server on this machine that answers OpenAI's chat completions, streamed or not, with the same
 * words each time.
 */
export async function chatServer(words: readonly string[] = ["Hel", "lo."]): Promise<ChatServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const body = JSON.parse(text) as { readonly stream?: boolean };
      const { authorization } = request.headers;
      asked.push({ path: request.url ?? "", authorization, body });
      if (body.stream === true) streamed(response, words);
      else whole(response, words.join(""));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const head = { id: "c", created: 1, model: "m" };

/** One server-sent event of a reply: words, or that it ends. */
export function chatEvent(content: string | undefined, finish: "stop" | null = null): string {
  const delta = content === undefined ? {} : { role: "assistant", content };
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices })}\n\n`;
}

function streamed(response: ServerResponse, words: readonly string[]): void {
  response.setHeader("content-type", "text/event-stream");
  for (const word of words) response.write(chatEvent(word));
  response.end(`${chatEvent(undefined, "stop")}data: [DONE]\n\n`);
}

function whole(response: ServerResponse, content: string): void {
  const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ ...head, object: "chat.completion", choices }));
}
