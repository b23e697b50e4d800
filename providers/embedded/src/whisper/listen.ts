import { PcmReader, type STTResult } from "@metered/llmrtc-core";
import { Ear, type EarOptions } from "./ear.ts";

/**
 * Listens to one utterance: interim results while it grows, a final one when it has ended.
 *
 * @param audio runs of s16le samples at 16 kHz; an empty one marks a pause
 */
export async function* listen(
  audio: AsyncIterable<Uint8Array>,
  options: EarOptions,
  signal?: AbortSignal,
): AsyncGenerator<STTResult, void, undefined> {
  signal?.throwIfAborted();
  const ear = new Ear(options);
  const sound = audio[Symbol.asyncIterator]();
  const abort = (): void => {
    ear.close(signal?.reason);
  };
  signal?.addEventListener("abort", abort);
  void attend(ear, sound);
  try {
    for (;;) {
      const result = await ear.take();
      yield result;
      if (result.isFinal) return;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    ear.close();
    sound.return?.().catch(() => undefined); // nobody is left to whom its error would matter
  }
}

async function attend(ear: Ear, sound: AsyncIterator<Uint8Array>): Promise<void> {
  const reader = new PcmReader();
  try {
    for await (const bytes of { [Symbol.asyncIterator]: () => sound }) {
      if (bytes.length === 0) ear.pause();
      else ear.listen(reader.push(bytes));
    }
    ear.end();
  } catch (error) {
    ear.fail(error);
  }
}
