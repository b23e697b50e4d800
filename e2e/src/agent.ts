import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import type { LLMProvider, Message } from "@metered/llmrtc-core";
import { EmbeddedSTTProvider, EmbeddedTTSProvider } from "@metered/llmrtc-provider-embedded";

/** A server in this process, with real ears and a real voice, and a brain that says what we want. */
export interface Agent {
  readonly server: LLMRTCServer;
  readonly signallingUrl: string;
}

export async function startAgent(
  answer: Answer,
  options: Partial<LLMRTCServerConfig> = {},
): Promise<Agent> {
  const server = new LLMRTCServer({
    providers: {
      llm: brain(answer),
      stt: new EmbeddedSTTProvider(),
      tts: new EmbeddedTTSProvider(),
    },
    port: 0,
    iceServers: [],
    ...options,
  });
  const listening = new Promise<{ readonly port: number }>((resolve) => {
    server.on("listening", resolve);
  });
  await server.start();
  const { port } = await listening;
  return { server, signallingUrl: `ws://127.0.0.1:${port}` };
}

/** What the agent says to the last thing that the caller said, and to all messages of the call. */
export type Answer = (said: string, messages: readonly Message[]) => string;

/** Answers in one piece. */
function brain(answer: Answer): LLMProvider {
  return {
    name: "test/brain",
    complete: async ({ messages }) => ({
      fullText: answer(messages.at(-1)?.content ?? "", messages),
    }),
    async *stream({ messages }) {
      yield { content: answer(messages.at(-1)?.content ?? "", messages), done: false };
      yield { content: "", done: true };
    },
  };
}
