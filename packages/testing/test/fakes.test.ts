import {
  bytesFromPcm,
  decodeWav,
  encodeWav,
  levelDb,
  PcmReader,
  Resampler,
} from "@metered/llmrtc-core";
import {
  callerSound,
  fakeLLM,
  fakeSTT,
  fakeTTS,
  fakeVoiceDetector,
  manualClock,
  scriptedCaller,
  tonesIn,
} from "@metered/llmrtc-testing";
import { expect, test } from "vitest";

async function collect<T>(items: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items ?? []) all.push(item);
  return all;
}

const request = { messages: [{ role: "user", content: "Hi" }] } as const;
const wav = encodeWav(new Int16Array(160), { sampleRate: 16_000, channels: 1 });

test("the clock stands still until it is moved, then runs what is due in order", async () => {
  const clock = manualClock(100);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`b at ${clock.now()}`));
  clock.after(10, () => {
    seen.push(`a at ${clock.now()}`);
    void Promise.resolve().then(() => clock.after(5, () => seen.push(`c at ${clock.now()}`)));
  });
  const cancel = clock.after(15, () => seen.push("never"));
  clock.after(1000, () => seen.push("not yet"));
  cancel();
  await clock.advance(50);
  expect(seen).toEqual(["a at 110", "c at 115", "b at 120"]);
  expect(clock.now()).toBe(150);
  expect(clock.pending).toBe(1);
});

test("the LLM answers from its script and remembers what it was asked", async () => {
  const llm = fakeLLM({ script: ["One.", { text: "Two.", toolCalls: [] }] });
  expect((await llm.complete(request)).fullText).toBe("One.");
  expect(await llm.complete(request)).toEqual({
    fullText: "Two.",
    toolCalls: [],
    stopReason: "tool_use",
  });
  expect((await llm.complete(request)).fullText).toBe("Two.");
  expect(llm.requests).toHaveLength(3);
  expect(llm.requests[0]).toEqual(request);
});

test("the LLM can answer by what it is asked, word by word", async () => {
  const llm = fakeLLM({ reply: ({ messages }) => `You said ${messages.at(-1)?.content ?? ""}.` });
  const chunks = await collect(llm.stream?.(request));
  expect(chunks.map(({ content }) => content)).toEqual(["You", " said", " Hi.", ""]);
});

test("the LLM takes its time on the given clock", async () => {
  const clock = manualClock();
  const llm = fakeLLM({ reply: "a b c", firstTokenMs: 100, tokenDelayMs: 10, clock });
  const times: number[] = [];
  const reading = (async () => {
    for await (const { done } of llm.stream?.(request) ?? []) if (!done) times.push(clock.now());
  })();
  await clock.advance(200);
  await reading;
  expect(times).toEqual([100, 110, 120]);
});

test("the LLM fails where it is told to, with a provider's error or another", async () => {
  const failing = fakeLLM({ reply: "a b c", failAt: 2 });
  const seen: string[] = [];
  const read = async () => {
    for await (const { content } of failing.stream?.(request) ?? []) seen.push(content);
  };
  await expect(read()).rejects.toMatchObject({ code: "LLM_ERROR" });
  expect(seen).toEqual(["a", " b"]);
  const error = new Error("mine");
  await expect(fakeLLM({ failAt: true, error }).complete(request)).rejects.toBe(error);
});

test("a provider that hangs waits for the abort and then lets go", async () => {
  const clock = manualClock();
  const reason = new Error("enough");
  const call = new AbortController();
  const options = { signal: call.signal };
  const llm = fakeLLM({ hangAt: true });
  const stt = fakeSTT({ hangAt: true });
  const tts = fakeTTS({ hangAt: 1 });
  const calls = [
    llm.complete(request, options),
    stt.transcribe(wav, {}, options),
    collect(tts.speakStream?.("Hello.", {}, options)),
  ];
  await clock.advance(0);
  expect([llm.running, stt.running, tts.running]).toEqual([1, 1, 1]);
  const ends = Promise.allSettled(calls);
  call.abort(reason);
  expect(await ends).toEqual(calls.map(() => ({ status: "rejected", reason })));
  expect([llm.running, stt.running, tts.running]).toEqual([0, 0, 0]);
});

test("the STT hears its script and keeps what it was given", async () => {
  const stt = fakeSTT({ script: ["one", ""] });
  expect((await stt.transcribe(wav)).text).toBe("one");
  expect((await stt.transcribe(wav)).text).toBe("");
  expect(stt.utterances).toEqual([wav, wav]);
});

test("the streaming STT adds a word for each 200 ms of sound", async () => {
  const stt = fakeSTT({ text: "what time is it", streaming: true });
  const audio = async function* () {
    for (let i = 0; i < 5; i++) yield new Uint8Array(3200); // 100 ms at 16 kHz
  };
  expect(await collect(stt.transcribeStream?.(audio()))).toEqual([
    { text: "what", isFinal: false },
    { text: "what time", isFinal: false },
    { text: "what time is it", isFinal: true },
  ]);
  expect(stt.utterances[0]).toHaveLength(16_000);
});

test("the STT takes its time and fails when told to", async () => {
  const clock = manualClock();
  const stt = fakeSTT({ delayMs: 300, failAt: true, clock });
  const heard = expect(stt.transcribe(wav)).rejects.toMatchObject({ code: "STT_ERROR" });
  await clock.advance(299);
  expect(stt.running).toBe(1);
  await clock.advance(1);
  await heard;
  expect(clock.pending).toBe(0);
});

test("a recording proves which sentences were heard, and when", async () => {
  const tts = fakeTTS();
  const first = decodeWav((await tts.speak("First sentence.")).audio).pcm;
  const second = decodeWav((await tts.speak("The second one.")).audio).pcm;
  const recording = Int16Array.of(...new Int16Array(4800), ...first, ...second.subarray(0, 9600));
  const heard = tonesIn(recording, 24_000);
  expect(heard.map(({ hertz }) => tts.textOf(hertz))).toEqual([
    "First sentence.",
    "The second one.",
  ]);
  expect(heard[0]?.startMs).toBeGreaterThanOrEqual(160);
  expect(heard[0]?.startMs).toBeLessThanOrEqual(220);
  expect(Math.abs((heard[1]?.startMs ?? 0) - 1100)).toBeLessThanOrEqual(40);
  expect(Math.abs((heard[1]?.endMs ?? 0) - 1500)).toBeLessThanOrEqual(40);
});

test("all tones are told apart, also at another rate, lower and with noise", async () => {
  const tts = fakeTTS({ msPerCharacter: 20 });
  for (let i = 0; i < 30; i++) {
    const text = `Sentence number ${i}.`;
    const { pcm } = decodeWav((await tts.speak(text)).audio);
    const noise = callerSound([{ noiseMs: 1000 }], { sampleRate: 24_000, seed: i });
    const quiet = pcm.map((sample, at) => sample / 8 + (noise[at] ?? 0));
    const resampler = new Resampler(24_000, 16_000);
    const heard = tonesIn(Int16Array.of(...resampler.process(quiet), ...resampler.flush()), 16_000);
    expect(heard.map(({ hertz }) => tts.textOf(hertz))).toEqual([text]);
  }
});

test("speech, noise and silence are no tones", () => {
  const sound = callerSound([{ silentMs: 200 }, { noiseMs: 500 }, { speakMs: 2000 }]);
  expect(tonesIn(sound, 16_000)).toEqual([]);
});

test("the TTS makes sound as fast as it is told", async () => {
  const clock = manualClock();
  const tts = fakeTTS({ firstByteMs: 150, realTimeFactor: 0.5, msPerCharacter: 50, clock });
  const times: number[] = [];
  const reading = (async () => {
    for await (const run of tts.speakStream?.("1234") ?? []) times.push(clock.now(), run.length);
  })();
  await clock.advance(1000);
  await reading;
  expect(times).toEqual([200, 4800, 250, 4800]);
});

test("the TTS gives what it streams as one piece, too", async () => {
  const tts = fakeTTS({ sampleRate: 16_000 });
  const runs = await collect(tts.speakStream?.("Same."));
  const { audio } = await tts.speak("Same.", { format: "pcm" });
  expect(Uint8Array.from(runs.flatMap((run) => [...run]))).toEqual(audio);
  expect(bytesFromPcm(decodeWav((await tts.speak("Same.")).audio).pcm)).toEqual(audio);
  expect(new PcmReader().push(audio)).toHaveLength((16_000 * 5 * 60) / 1000);
});

test("the voice detector counts its streams and fails when told to", async () => {
  const detector = fakeVoiceDetector({ failAt: 1 });
  const stream = detector.open();
  expect(detector.openStreams).toBe(1);
  const frame = new Int16Array(512);
  expect(await stream.probability(frame)).toBe(0.05);
  await expect(stream.probability(frame)).rejects.toMatchObject({ code: "VAD_ERROR" });
  stream.close();
  expect(detector.openStreams).toBe(0);
});

test("a scripted caller speaks and pauses as written", () => {
  const pcm = callerSound([{ silentMs: 100 }, { speakMs: 300 }, { noiseMs: 100 }]);
  expect(pcm).toHaveLength(8000);
  expect(levelDb(pcm.subarray(0, 1600))).toBe(Number.NEGATIVE_INFINITY);
  expect(levelDb(pcm.subarray(1600, 6400))).toBeGreaterThan(-25);
  expect(levelDb(pcm.subarray(6400))).toBeLessThan(-50);
  expect(callerSound([{ speakMs: 100 }])).toEqual(callerSound([{ speakMs: 100 }]));
  expect(callerSound([{ speakMs: 100 }], { seed: 2 })).not.toEqual(callerSound([{ speakMs: 100 }]));
});

test("a scripted caller with a clock sends a frame every 20 ms", async () => {
  const clock = manualClock();
  const times: number[] = [];
  const calling = (async () => {
    for await (const frame of scriptedCaller([{ speakMs: 50 }], { clock })) {
      times.push(clock.now(), frame.length);
    }
  })();
  await clock.advance(100);
  await calling;
  expect(times).toEqual([20, 320, 40, 320, 60, 320]);
});

test("a scripted caller can hang up", async () => {
  const clock = manualClock();
  const call = new AbortController();
  const { signal } = call;
  const calling = collect(scriptedCaller([{ speakMs: 5000 }], { clock, signal }));
  const end = expect(calling).rejects.toThrow("bye");
  await clock.advance(100);
  call.abort(new Error("bye"));
  await end;
  expect(clock.pending).toBe(0);
});
