export * from "./chat-server.ts";
export * from "./llm-contract.ts";
export * from "./stt-contract.ts";
export * from "./tts-contract.ts";
export * from "./voice-detector-contract.ts";
