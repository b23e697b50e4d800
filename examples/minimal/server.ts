import {
  demoBrain,
  EmbeddedSTTProvider,
  EmbeddedTTSProvider,
  LLMRTCServer,
} from "@metered/llmrtc-backend";

const server = new LLMRTCServer({
  port: Number(process.env["PORT"] ?? 8787),
  providers: {
    llm: demoBrain(), // or new OpenAILLMProvider({ apiKey }), new OllamaLLMProvider({ model }), your own
    stt: new EmbeddedSTTProvider(),
    tts: new EmbeddedTTSProvider(),
  },
});
server.on("listening", ({ port }) => process.stdout.write(`Talk to http://localhost:${port}\n`));
await server.start();
