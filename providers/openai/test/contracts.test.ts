import { bytesFromPcm } from "@metered/llmrtc-core";
import { tone } from "@metered/llmrtc-testing";
import {
  type ChatServer,
  chatServer,
  llmContract,
  sttContract,
  ttsContract,
} from "@metered/llmrtc-testing/contracts";
import { afterAll, beforeAll } from "vitest";
import { OpenAILLMProvider, OpenAITTSProvider, OpenAIWhisperProvider } from "../src/index.ts";
import { vendorThat, type Vendor } from "./vendor.ts";

let chat: ChatServer;
let speech: Vendor;

beforeAll(async () => {
  chat = await chatServer();
  speech = await vendorThat((response, { path }) => {
    if (path.endsWith("/transcriptions")) response.end(JSON.stringify({ text: "Hello." }));
    else {
      const sound = bytesFromPcm(tone(440, 1_000, 24_000));
      response.write(sound.subarray(0, 9_601)); // networks cut samples in two
      setImmediate(() => response.end(sound.subarray(9_601)));
    }
  });
});

afterAll(() => Promise.all([chat.close(), speech.close()]));

const apiKey = "sk-secret";

llmContract(
  "A model of a compatible server",
  () => new OpenAILLMProvider({ apiKey, baseURL: `${chat.origin}/v1` }),
);

llmContract("OpenAI's model", () => {
  return new OpenAILLMProvider({
    apiKey,
    fetch: (url, init) => {
      const { pathname } = new URL(url instanceof Request ? url.url : url);
      return fetch(chat.origin + pathname, init);
    },
  });
});

sttContract(
  "OpenAI's ear",
  () => new OpenAIWhisperProvider({ apiKey, baseURL: speech.baseURL }),
  { hearsSilence: false, streams: false }, // the vendor of this test says the same each time
);

ttsContract("OpenAI's voice", () => new OpenAITTSProvider({ apiKey, baseURL: speech.baseURL }));
