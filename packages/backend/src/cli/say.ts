import { EmbeddedTTSProvider } from "@metered/llmrtc-provider-embedded";
import { writeFile } from "node:fs/promises";

/** Speaks `text` with the embedded voice into a WAV file. */
export async function say(text: string, file: string): Promise<void> {
  const voice = new EmbeddedTTSProvider();
  try {
    await voice.init();
    const { audio } = await voice.speak(text, { format: "wav" });
    await writeFile(file, audio);
    process.stdout.write(`${file}\n`);
  } finally {
    await voice.close();
  }
}
