import {
  type Pcm,
  type SpeechMark,
  type STTProvider,
  type STTResult,
  transcribe,
} from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";

async function* speech(ms: number): AsyncGenerator<Pcm> {
  for (let at = 0; at < ms; at += 32) yield new Int16Array(512).fill(at + 1);
}

const options = (stt: STTProvider) => ({
  stt,
  timeoutMs: 1000,
  signal: new AbortController().signal,
});

/** Buffered recognition answers with how much sound it got. */
const buffered: STTProvider = {
  name: "buffered",
  transcribe: async (wav) => ({ text: `${wav.length - 44} bytes`, isFinal: true }),
};

const bytes = Math.ceil(960 / 32) * 1024;

describe("transcribing an utterance", () => {
  test("a provider that cannot stream gets the whole of it", async () => {
    expect(await transcribe(speech(960), options(buffered))).toMatchObject({
      text: `${bytes} bytes`,
    });
  });

  test("a provider that cannot stream is asked at a pause, and its words stand if nothing follows", async () => {
    const asked: number[] = [];
    const stt: STTProvider = {
      name: "buffered",
      transcribe: async (wav) => {
        asked.push(wav.length - 44);
        return { text: `words ${asked.length}`, isFinal: true };
      },
    };
    const guesses: unknown[] = [];
    const onInterim = (...guess: unknown[]) => void guesses.push(guess);
    const sound = async function* (...marks: SpeechMark[]): AsyncGenerator<Pcm | SpeechMark> {
      yield* speech(96);
      for (const mark of marks) {
        yield mark;
        await new Promise(setImmediate); // the answer comes
        yield* speech(32);
      }
    };
    expect(await transcribe(sound("paused"), { ...options(stt), onInterim })).toMatchObject({
      text: "words 1",
      isFinal: true,
    });
    expect(guesses).toEqual([["words 1", true]]);
    expect(asked).toEqual([3 * 1024]);
    const { text } = await transcribe(sound("paused", "resumed"), { ...options(stt), onInterim });
    expect(text).toBe("words 3");
    expect(asked.at(-1)).toBe(5 * 1024);
  });

  test("a question at a pause is given up when the caller goes on", async () => {
    const given: boolean[] = [];
    const stt: STTProvider = {
      name: "buffered",
      transcribe: async (_wav, _config, { signal } = {}) => {
        if (given.length > 0) return { text: "all", isFinal: true };
        given.push(false);
        signal?.addEventListener("abort", () => (given[0] = true));
        return new Promise((_, reject) => signal?.addEventListener("abort", reject));
      },
    };
    const goesOn = async function* (): AsyncGenerator<Pcm | SpeechMark> {
      yield* speech(96);
      yield "paused";
      yield "resumed";
      yield* speech(96);
    };
    expect(await transcribe(goesOn(), options(stt))).toMatchObject({ text: "all" });
    expect(given).toEqual([true]);
  });

  test("a question that fails at the last pause fails the utterance, as it would at its end", async () => {
    let calls = 0;
    const stt: STTProvider = {
      name: "buffered",
      transcribe: () => {
        calls += 1;
        return Promise.reject(new Error("busy"));
      },
    };
    const ends = async function* (): AsyncGenerator<Pcm | SpeechMark> {
      yield* speech(96);
      yield "paused";
    };
    await expect(transcribe(ends(), options(stt))).rejects.toMatchObject({ code: "STT_ERROR" });
    expect(calls).toBe(1);
  });

  test("a streaming provider hears it live, and its guesses come out one by one", async () => {
    const stt: STTProvider = {
      ...buffered,
      async *transcribeStream(audio): AsyncGenerator<STTResult> {
        let heard = 0;
        for await (const run of audio) {
          heard += run.length;
          if (heard % 10_240 === 0) yield { text: `${heard}`, isFinal: false };
        }
        yield { text: `all ${heard}`, isFinal: true };
      },
    };
    const guesses: string[] = [];
    const result = await transcribe(speech(960), {
      ...options(stt),
      onInterim: (text) => guesses.push(text),
    });
    expect(guesses).toEqual(["10240", "20480", "30720"]);
    expect(result.text).toBe(`all ${bytes}`);
  });

  test("several finals of one utterance are joined", async () => {
    const stt: STTProvider = {
      ...buffered,
      async *transcribeStream(audio) {
        for await (const _ of audio);
        yield { text: "Hello there. ", isFinal: true };
        yield { text: "How are you?", isFinal: true };
      },
    };
    expect(await transcribe(speech(100), options(stt))).toMatchObject({
      text: "Hello there. How are you?",
    });
  });

  test("a stream that breaks costs no word: the whole utterance is transcribed at once", async () => {
    const stt: STTProvider = {
      ...buffered,
      async *transcribeStream(audio) {
        for await (const _ of audio) throw new Error("socket closed");
        yield { text: "never", isFinal: true };
      },
    };
    expect(await transcribe(speech(960), options(stt))).toMatchObject({ text: `${bytes} bytes` });
  });

  test("a provider at another rate gets its own", async () => {
    let heard = 0;
    const stt: STTProvider = {
      ...buffered,
      streamingInputSampleRate: 24_000,
      async *transcribeStream(audio) {
        for await (const run of audio) heard += run.length;
        yield { text: "ok", isFinal: true };
      },
    };
    await transcribe(speech(960), options(stt));
    expect(heard / 2 / 24).toBeGreaterThan(930);
    expect(heard / 2 / 24).toBeLessThan(970);
  });

  test("a provider that hangs is a time-out", async () => {
    const stt: STTProvider = { name: "deaf", transcribe: () => new Promise(() => undefined) };
    const call = transcribe(speech(100), { ...options(stt), timeoutMs: 5 });
    await expect(call).rejects.toMatchObject({ code: "STT_TIMEOUT" });
  });

  test("a hanging stream is a time-out too", async () => {
    const stt: STTProvider = {
      ...buffered,
      async *transcribeStream() {
        await new Promise(() => undefined);
        yield { text: "never", isFinal: true };
      },
    };
    const call = transcribe(speech(100), { ...options(stt), timeoutMs: 5 });
    await expect(call).rejects.toMatchObject({ code: "STT_TIMEOUT" });
  });
});

describe("a pause that is marked", () => {
  /** Says how many runs it heard, at each pause mark and at the end. */
  function counting(said: string[] = []): STTProvider {
    return {
      ...buffered,
      marksPauses: true,
      async *transcribeStream(audio): AsyncGenerator<STTResult> {
        let runs = 0;
        for await (const run of audio) {
          if (run.length > 0) runs += 1;
          else yield { text: `${runs} runs`, isFinal: false, atPause: true };
        }
        said.push("final");
        yield { text: `final ${runs}`, isFinal: true };
      },
    };
  }

  async function* spoken(...parts: readonly (number | SpeechMark)[]) {
    for (const part of parts) {
      if (typeof part === "string") yield part;
      else yield* speech(part);
    }
  }

  test("and lasts gives the final text without another run", async () => {
    const said: string[] = [];
    const result = await transcribe(spoken(96, "paused", 320), options(counting(said)));
    expect(result).toEqual({ text: "3 runs", isFinal: true });
    expect(said).toEqual([]);
  });

  test("and is over does not: what followed is heard too", async () => {
    const sound = spoken(96, "paused", 96, "resumed", 320);
    expect(await transcribe(sound, options(counting()))).toMatchObject({ text: "final 16" });
    const again = spoken(96, "paused", 96, "resumed", 320, "paused", 96);
    expect(await transcribe(again, options(counting()))).toMatchObject({ text: "16 runs" });
  });

  test("is told apart from other interim results", async () => {
    const heard: (readonly [string, boolean])[] = [];
    await transcribe(spoken(96, "paused", 32), {
      ...options(counting()),
      onInterim: (text, atPause) => heard.push([text, atPause]),
    });
    expect(heard).toEqual([["3 runs", true]]);
  });

  test("means nothing to a provider that does not know of pauses", async () => {
    const stt: STTProvider = {
      ...buffered,
      async *transcribeStream(audio) {
        for await (const run of audio) expect(run.length).toBeGreaterThan(0);
        yield { text: "all", isFinal: true };
      },
    };
    expect(await transcribe(spoken(96, "paused", 320), options(stt))).toMatchObject({
      text: "all",
    });
  });

  test("costs no word when the stream breaks at it", async () => {
    const stt: STTProvider = {
      ...counting(),
      async *transcribeStream(audio): AsyncGenerator<STTResult> {
        for await (const run of audio) if (run.length === 0) throw new Error("crash");
        yield { text: "never", isFinal: true };
      },
    };
    const result = await transcribe(spoken(960, "paused"), options(stt));
    expect(result.text).toBe(`${bytes} bytes`);
  });
});
