import { speak, speakerFormat, type TTSProvider } from "@metered/llmrtc-core";
import { expect, test } from "vitest";

function voice(pronunciationHints?: boolean): TTSProvider & { readonly said: string[] } {
  const said: string[] = [];
  return {
    name: "listening voice",
    pcmSampleRate: speakerFormat.sampleRate,
    ...(pronunciationHints === undefined ? {} : { pronunciationHints }),
    said,
    speak(text) {
      said.push(text);
      return Promise.resolve({ audio: new Uint8Array(4), format: "pcm" });
    },
  };
}

async function* lines(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}

test.each([
  [true, "Ask [LLMRTC](/ˌɛlˌɛlˈɛm/)."],
  [false, "Ask LLMRTC."],
  [undefined, "Ask LLMRTC."],
])("a voice with pronunciationHints %s hears %j, and captions are plain", async (knows, heard) => {
  const tts = voice(knows);
  const captions: string[] = [];
  const { signal } = new AbortController();
  const events = speak(lines("Ask [LLMRTC](/ˌɛlˌɛlˈɛm/)."), {
    tts,
    patience: { ms: 1000, signal },
  });
  for await (const event of events) if (event.type === "sentence") captions.push(event.text);
  expect(captions).toEqual(["Ask LLMRTC."]);
  expect(tts.said).toEqual([heard]);
});
