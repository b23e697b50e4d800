import { LLMRTCError } from "@metered/llmrtc-core";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { readFile } from "node:fs/promises";

/** Writes down what is said in a WAV file. */
export async function transcribeFile(file: string): Promise<void> {
  const wav = await readFile(file).catch((cause: unknown) => {
    throw new LLMRTCError("INVALID_AUDIO_FORMAT", `${file} cannot be read`, { cause });
  });
  const recogniser = new EmbeddedSTTProvider();
  try {
    await recogniser.init();
    const { text } = await recogniser.transcribe(wav);
    process.stdout.write(`${text}\n`);
  } finally {
    await recogniser.close();
  }
}
