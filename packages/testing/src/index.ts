export * from "./caller.ts";
export * from "./fake-llm.ts";
export * from "./fake-stt.ts";
export * from "./fake-tts.ts";
export * from "./fake-voice-detector.ts";
export * from "./manual-clock.ts";
export type { Mishap } from "./mishap.ts";
export * from "./tones.ts";
