import type { RuntimeOptions } from "@metered/llmrtc-onnx";

/** What the Whisper worker is told at its start. */
export type WhisperSetup = RuntimeOptions;
