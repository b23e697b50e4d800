import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import {
  llmContract,
  sttContract,
  ttsContract,
  voiceDetectorContract,
} from "@metered/llmrtc-testing/contracts";

llmContract("the fake LLM", () => fakeLLM());
llmContract("the fake LLM without a stream", () => fakeLLM({ streaming: false }), {
  streams: false,
});
sttContract("the fake STT", () => fakeSTT(), { hearsSilence: false, streams: false });
sttContract(
  "the streaming fake STT",
  () => fakeSTT({ text: "one two three four", streaming: true, streamingInputSampleRate: 24_000 }),
  { hearsSilence: false, expected: /three/u },
);
ttsContract("the fake TTS", () => fakeTTS());
ttsContract(
  "the fake TTS without a stream",
  () => fakeTTS({ streaming: false, sampleRate: 16_000 }),
  { streams: false },
);
voiceDetectorContract("the fake voice detector", () => fakeVoiceDetector());
