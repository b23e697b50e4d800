export { EmbeddedSTTProvider, type EmbeddedSTTOptions } from "./whisper/provider.ts";
export { demoBrain, type DemoBrain, type DemoBrainOptions } from "./demo-brain/demo-brain.ts";
export { say } from "./say.ts";
export { EmbeddedTTSProvider, type EmbeddedTTSOptions } from "./speech.ts";
export type { Lexicon } from "./hibari/text/hints.ts";
export { phonemize, type PhonemizeOptions } from "./hibari/text/phonemize.ts";
