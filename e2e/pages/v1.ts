import { LLMRTCWebClient } from "@llmrtc/llmrtc-web-client";
import { Harness, type VoiceClient } from "./harness.ts";

globalThis.harness = new Harness(
  (options) => new LLMRTCWebClient(options) as unknown as VoiceClient,
);
