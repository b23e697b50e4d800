// Our server with nothing but what ships with it: Whisper, Smart Turn, the demo brain, hibari.
import { LLMRTCServer } from "@metered/llmrtc-backend";
import {
  demoBrain,
  EmbeddedSTTProvider,
  EmbeddedTTSProvider,
} from "@metered/llmrtc-provider-embedded";

const server = new LLMRTCServer({
  providers: { stt: new EmbeddedSTTProvider(), llm: demoBrain(), tts: new EmbeddedTTSProvider() },
  port: Number(process.env.PORT),
  iceServers: [],
});
await server.start();
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0)); // the benchmark is gone
