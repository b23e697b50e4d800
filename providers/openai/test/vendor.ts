import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Vendor {
  readonly baseURL: string;
  readonly asked: readonly Asked[];
  close(): Promise<void>;
}

/** A server on this machine that speaks OpenAI's wire format as far as the test wants it. */
export async function vendorThat(
  answer: (response: ServerResponse, asked: Asked) => void,
): Promise<Vendor> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { url = "", headers } = request;
      const one = { path: url, headers, body: Buffer.concat(chunks) };
      asked.push(one);
      answer(response, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Chat completion events that say the words and stop. */
export function sayingInEvents(...words: readonly string[]): string {
  const event = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({
      id: "c",
      object: "chat.completion.chunk",
      created: 1,
      model: "m",
      choices: [{ index: 0, delta, finish_reason: finish }],
    })}\n\n`;
  const deltas = words.map((content) => event({ role: "assistant", content }, null));
  return `${deltas.join("")}${event({}, "stop")}data: [DONE]\n\n`;
}
