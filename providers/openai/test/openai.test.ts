import type { LLMRequest } from "@metered/llmrtc-core";
import { afterEach, describe, expect, test } from "vitest";
import { OpenAILLMProvider, OpenAITTSProvider, OpenAIWhisperProvider } from "../src/index.ts";
import { sayingInEvents, vendorThat, type Asked, type Vendor } from "./vendor.ts";

const apiKey = "sk-very-secret-key";
const vendors: Vendor[] = [];

afterEach(async () => {
  for (const vendor of vendors.splice(0)) await vendor.close();
});

async function vendor(answer: Parameters<typeof vendorThat>[0]): Promise<Vendor> {
  const started = await vendorThat(answer);
  vendors.push(started);
  return started;
}

const hello: LLMRequest = { messages: [{ role: "user", content: "Hello" }] };

const json = ({ body }: Asked): Record<string, unknown> =>
  JSON.parse(body.toString()) as Record<string, unknown>;

/** Sends what is meant for OpenAI's own address to the local vendor. */
const rerouted =
  ({ baseURL }: Vendor): typeof fetch =>
  (url, init) => {
    const { pathname } = new URL(url instanceof Request ? url.url : url);
    return fetch(baseURL + pathname.replace(/^\/v1/, ""), init);
  };

describe("OpenAILLMProvider", () => {
  async function reply(brain: OpenAILLMProvider): Promise<string> {
    let text = "";
    for await (const { content } of brain.stream(hello)) text += content;
    return text;
  }

  test("streams chat completions from OpenAI's own address", async () => {
    const local = await vendor((response) => {
      response.setHeader("content-type", "text/event-stream");
      response.end(sayingInEvents("Hel", "lo."));
    });
    const brain = new OpenAILLMProvider({ apiKey, fetch: rerouted(local) });
    await brain.init();
    expect(await reply(brain)).toBe("Hello.");
    expect(brain).toMatchObject({ name: "openai-llm", model: "gpt-4o-mini" });
    const [asked] = local.asked;
    expect(asked?.path).toBe("/v1/chat/completions");
    expect(asked?.headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(asked && json(asked)).toMatchObject({
      model: "gpt-4o-mini",
      stream: true,
      messages: [{ role: "user", content: "Hello" }],
    });
  });

  test("streams from a compatible server, with and without a key", async () => {
    const local = await vendor((response) => {
      response.setHeader("content-type", "text/event-stream");
      response.end(sayingInEvents("Hello."));
    });
    const baseURL = `${local.baseURL}/`;
    expect(await reply(new OpenAILLMProvider({ apiKey, baseURL, model: "mixtral" }))).toBe(
      "Hello.",
    );
    expect(await reply(new OpenAILLMProvider({ baseURL }))).toBe("Hello.");
    expect(local.asked.map(({ path }) => path)).toEqual([
      "/v1/chat/completions",
      "/v1/chat/completions",
    ]);
    expect(local.asked.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${apiKey}`,
      undefined,
    ]);
  });

  test.each([
    [401, false],
    [429, true],
    [500, true],
  ])("with status %i fails once, without the vendor's words", async (status, retryable) => {
    const local = await vendor((response) => {
      response.statusCode = status;
      response.end(
        JSON.stringify({ error: { message: `bad key ${apiKey}`, code: "some_code", type: "t" } }),
      );
    });
    const brain = new OpenAILLMProvider({ apiKey, fetch: rerouted(local) });
    const error = await brain.complete(hello).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "LLM_ERROR", provider: "openai-llm", status, retryable });
    expect(String(error)).toContain("some_code");
    expect(String(error)).not.toContain(apiKey);
    expect(local.asked).toHaveLength(1);
  });

  test("that hangs ends with the turn", async () => {
    const turn = new AbortController();
    const reason = new Error("barge-in");
    const local = await vendor(() => {
      turn.abort(reason);
    });
    const brain = new OpenAILLMProvider({ apiKey, fetch: rerouted(local) });
    await expect(brain.complete(hello, turn)).rejects.toBe(reason);
  });
});

describe("OpenAIWhisperProvider", () => {
  const wav = Buffer.concat([Buffer.from("RIFF....WAVEfmt "), Buffer.alloc(40)]);

  test("uploads the utterance and gives its text", async () => {
    const local = await vendor((response) => {
      response.end(JSON.stringify({ text: " Hello there. " }));
    });
    const ear = new OpenAIWhisperProvider({ apiKey, baseURL: local.baseURL, language: "en-GB" });
    const result = await ear.transcribe(wav);
    expect(result).toMatchObject({ text: "Hello there.", isFinal: true });
    const [asked] = local.asked;
    expect(asked?.path).toBe("/v1/audio/transcriptions");
    expect(asked?.headers.authorization).toBe(`Bearer ${apiKey}`);
    const form = await new Response(asked && new Uint8Array(asked.body), {
      headers: { "content-type": asked?.headers["content-type"] ?? "" },
    }).formData();
    expect(form.get("model")).toBe("whisper-1");
    expect(form.get("language")).toBe("en");
    const file = form.get("file") as File;
    expect(file).toMatchObject({ name: "speech.wav", type: "audio/wav" });
    expect(Buffer.from(await file.arrayBuffer()).equals(wav)).toBe(true);
  });

  test.each([
    ["speech.ogg", Buffer.from("OggS....")],
    ["speech.mp3", Buffer.from("ID3\u0004....")],
    ["speech.mp3", Buffer.from([0xff, 0xfb, 0x90, 0x00])],
    ["speech.webm", Buffer.from([0x1a, 0x45, 0xdf, 0xa3])],
    ["speech.webm", Buffer.from([])],
  ])("names the file by what it is: %s", async (name, audio) => {
    const local = await vendor((response) => {
      response.end(JSON.stringify({ text: "" }));
    });
    const ear = new OpenAIWhisperProvider({ baseURL: local.baseURL });
    expect(await ear.transcribe(audio, { model: "other" })).toMatchObject({ text: "" });
    expect(local.asked[0]?.body.toString("latin1")).toContain(`filename="${name}"`);
  });

  test("fails with its own codes", async () => {
    const refusing = await vendor((response) => {
      response.statusCode = 429;
      response.end(JSON.stringify({ error: { code: "rate_limit_exceeded", message: apiKey } }));
    });
    const ear = new OpenAIWhisperProvider({ apiKey, baseURL: refusing.baseURL });
    await expect(ear.transcribe(wav)).rejects.toMatchObject({
      code: "STT_ERROR",
      status: 429,
      retryable: true,
    });

    const silent = await vendor(() => undefined);
    const waiting = new OpenAIWhisperProvider({ baseURL: silent.baseURL, timeoutMs: 30 });
    await expect(waiting.transcribe(wav)).rejects.toMatchObject({ code: "STT_TIMEOUT" });

    const odd = await vendor((response) => {
      response.end(JSON.stringify({ words: [] }));
    });
    const confused = new OpenAIWhisperProvider({ baseURL: odd.baseURL });
    await expect(confused.transcribe(wav)).rejects.toThrow("answered without a text");
  });

  test("stops with the signal's reason", async () => {
    const turn = new AbortController();
    const reason = new Error("gone");
    const local = await vendor(() => {
      turn.abort(reason);
    });
    const ear = new OpenAIWhisperProvider({ baseURL: local.baseURL });
    await expect(ear.transcribe(wav, {}, turn)).rejects.toBe(reason);
  });
});

describe("OpenAITTSProvider", () => {
  async function spoken(speech: AsyncIterable<Uint8Array>): Promise<Buffer> {
    const pieces: Uint8Array[] = [];
    for await (const piece of speech) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  test("streams PCM while it is being made", async () => {
    let finish: (() => void) | undefined;
    const local = await vendor((response) => {
      response.write(Buffer.from([1, 2, 3]));
      finish = () => response.end(Buffer.from([4]));
    });
    const voice = new OpenAITTSProvider({ apiKey, baseURL: local.baseURL });
    const speech = voice.speakStream("Hello.")[Symbol.asyncIterator]();
    expect([...((await speech.next()).value as Uint8Array)]).toEqual([1, 2, 3]);
    finish?.();
    expect([...((await speech.next()).value as Uint8Array)]).toEqual([4]);
    expect((await speech.next()).done).toBe(true);

    const [asked] = local.asked;
    expect(asked?.path).toBe("/v1/audio/speech");
    expect(asked?.headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(asked && json(asked)).toEqual({
      model: "tts-1",
      input: "Hello.",
      voice: "alloy",
      response_format: "pcm",
    });
    expect(voice).toMatchObject({ name: "openai-tts", pcmSampleRate: 24_000 });
  });

  test("speaks whole in other formats, in the voice of the call", async () => {
    const local = await vendor((response) => {
      response.end("OggS");
    });
    const voice = new OpenAITTSProvider({ baseURL: local.baseURL, speed: 1.5 });
    const result = await voice.speak("Hello.", { format: "ogg", voice: "coral" });
    expect(result.format).toBe("ogg");
    expect(Buffer.from(result.audio).toString()).toBe("OggS");
    expect(json(local.asked[0] as Asked)).toMatchObject({
      response_format: "opus",
      voice: "coral",
      speed: 1.5,
    });
  });

  test("sends instructions to the models that take them", async () => {
    const local = await vendor((response) => {
      response.end();
    });
    const options = { baseURL: local.baseURL, instructions: "Whisper." };
    await spoken(new OpenAITTSProvider(options).speakStream("Hello."));
    await spoken(new OpenAITTSProvider({ ...options, model: "gpt-4o-mini-tts" }).speakStream("Hi"));
    const [old, new_] = local.asked.map(json);
    expect(old).not.toHaveProperty("instructions");
    expect(new_).toMatchObject({ instructions: "Whisper." });
  });

  test("fails with its own codes, and stops with the signal's reason", async () => {
    const refusing = await vendor((response) => {
      response.statusCode = 500;
      response.end("boom");
    });
    const voice = new OpenAITTSProvider({ apiKey, baseURL: refusing.baseURL });
    await expect(spoken(voice.speakStream("Hello."))).rejects.toMatchObject({
      code: "TTS_ERROR",
      status: 500,
      retryable: true,
    });

    const turn = new AbortController();
    const reason = new Error("barge-in");
    const hanging = await vendor((response) => {
      response.write("ab");
      turn.abort(reason);
    });
    const cut = new OpenAITTSProvider({ baseURL: hanging.baseURL, timeoutMs: 5000 });
    await expect(spoken(cut.speakStream("Hello.", {}, turn))).rejects.toBe(reason);

    const silent = new OpenAITTSProvider({ baseURL: hanging.baseURL, timeoutMs: 30 });
    await expect(silent.speak("Hello.")).rejects.toMatchObject({ code: "TTS_TIMEOUT" });
  });
});
