import { decodeWav, LLMRTCError } from "@metered/llmrtc-core";
import { EmbeddedTTSProvider } from "@metered/llmrtc-provider-embedded";
import { writeFile } from "node:fs/promises";

/**
 * Speaks `text` with the embedded voice into a WAV file.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG` when there is nothing to say, or the file cannot be written
 */
export async function say(text: string, file: string): Promise<void> {
  const voice = new EmbeddedTTSProvider();
  try {
    await voice.init();
    const { audio } = await voice.speak(text, { format: "wav" });
    if (decodeWav(audio).pcm.length === 0) {
      throw new LLMRTCError("INVALID_CONFIG", "there are no English words to say in that text");
    }
    await writeFile(file, audio).catch((cause: unknown) => {
      throw new LLMRTCError("INVALID_CONFIG", `${file} cannot be written`, { cause });
    });
    process.stdout.write(`${file}\n`);
  } finally {
    await voice.close();
  }
}
