/** What a sample in the docs may take for granted: the page, and what the text before it has made. */
import type { LLMProvider, STTProvider, TTSProvider } from "@metered/llmrtc-core";
import type { LLMRTCWebClient } from "@metered/llmrtc-web-client";
import type { IncomingMessage } from "node:http";
import type { expect as vitestExpect } from "vitest";

declare global {
  const button: HTMLButtonElement;
  const startButton: HTMLButtonElement;
  const stopButton: HTMLButtonElement;
  const soundButton: HTMLButtonElement;
  function showCaller(text: string, isFinal: boolean): void;
  function showAgent(words: string): void;
  function showNotice(text: string): void;

  const client: LLMRTCWebClient;
  const llm: LLMProvider;
  const stt: STTProvider;
  const tts: TTSProvider;

  function isKnown(token: string): Promise<boolean>;
  function nameOf(sessionId: string): Promise<string>;
  function onTaxi(sessionId: string, then: () => Promise<void>): void;
  function userOf(
    request: IncomingMessage,
  ): Promise<{ readonly name: string; readonly isPatient: boolean }>;
  function play(pcm: Uint8Array): void;
  const recording: Int16Array;
  const x: Float32Array;
  const signal: AbortSignal;
  const expect: typeof vitestExpect;
}
