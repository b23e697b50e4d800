import { EmbeddedTTSProvider, type EmbeddedTTSOptions } from "./speech.ts";

/**
 * Text as a WAV file (24 kHz, mono, 16 bits), for use from a terminal: loads the voice, speaks and
 * lets go of it. A server keeps an `EmbeddedTTSProvider` instead.
 *
 * @throws {ProviderError} `TTS_ERROR` when the voice does not load or breaks
 */
export async function say(text: string, options: EmbeddedTTSOptions = {}): Promise<Uint8Array> {
  const voice = new EmbeddedTTSProvider(options);
  try {
    const { audio } = await voice.speak(text, { format: "wav" });
    return audio;
  } finally {
    await voice.close();
  }
}
