export { EmbeddedSTTProvider, type EmbeddedSTTOptions } from "./whisper/provider.ts";
