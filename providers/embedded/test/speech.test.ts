import { decodeWav, PcmReader } from "@metered/llmrtc-core";
import { EmbeddedSTTProvider, EmbeddedTTSProvider, say } from "@metered/llmrtc-provider-embedded";
import { ttsContract } from "@metered/llmrtc-testing/contracts";
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const walk =
  "There was no possibility of taking a walk that day. We had been wandering in the garden an hour " +
  "in the morning, but since dinner the cold wind had brought with it clouds so dark, and a rain so " +
  "heavy, that going out was now out of the question.";
const long = `${walk} I was glad of it. I never liked long walks.`;

ttsContract("The embedded voice", () => new EmbeddedTTSProvider());

/** Loading a model takes a second or two, on a busy machine many. */
const loadMs = 60_000;

const msOf = (run: Uint8Array) => run.length / 2 / 24;

/** Of full scale. */
function peakOf(...runs: Uint8Array[]): number {
  const peaks = runs.map((run) => Math.max(...new PcmReader().push(run).map(Math.abs)));
  return Math.max(...peaks) / 32_767;
}

async function runsOf(runs: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const run of runs) all.push(run);
  return all;
}

async function durationOf(tts: EmbeddedTTSProvider, text: string): Promise<number> {
  return (await runsOf(tts.speakStream(text))).reduce((sum, run) => sum + msOf(run), 0);
}

describe("one voice for all tests", () => {
  let tts: EmbeddedTTSProvider;
  const workers: Worker[] = [];
  const noteWorker = (worker: Worker) => workers.push(worker);

  beforeAll(async () => {
    process.on("worker", noteWorker);
    tts = new EmbeddedTTSProvider();
    await tts.init();
  }, loadMs);

  afterAll(async () => {
    process.off("worker", noteWorker);
    await tts.close();
  });

  test("says which engine runs it", () => {
    expect(["native", "wasm"]).toContain(tts.runtime?.kind);
  });

  test("speaks in runs of at most 200 ms, whole samples, loud and never clipped", async () => {
    const runs = await runsOf(tts.speakStream("How can I help you today?"));
    expect(Math.max(...runs.map(msOf))).toBeLessThanOrEqual(200);
    expect(runs.every((run) => run.length > 0 && run.length % 2 === 0)).toBe(true);
    expect(peakOf(...runs)).toBeGreaterThan(0.3);
    expect(peakOf(...runs)).toBeLessThan(1);
  });

  test("sound begins at once, not after the model's 200 ms of silence", async () => {
    const [first] = await runsOf(tts.speakStream("Hello!"));
    expect(peakOf(first ?? new Uint8Array())).toBeGreaterThan(0.05);
  });

  test("the same words are the same samples", async () => {
    const text = "Twice the same.";
    const [one, other] = await Promise.all([tts.speak(text), tts.speak(text)]);
    expect(one.audio).toEqual(other.audio);
  });

  test("speak is what the stream yields, as a file or bare", async () => {
    const text = "Good morning.";
    const runs = await runsOf(tts.speakStream(text));
    const { audio: pcm } = await tts.speak(text, { format: "pcm" });
    expect(Buffer.concat(runs).equals(pcm)).toBe(true);
    const { audio: wav } = await tts.speak(text);
    expect(decodeWav(wav).format).toEqual({ sampleRate: 24_000, channels: 1 });
    expect(wav.subarray(44)).toEqual(pcm);
  });

  test("sentences follow one another", async () => {
    const [one, two] = ["It is five o'clock.", "Time to go home."];
    const together = await durationOf(tts, `${one} ${two}`);
    expect(together).toBeCloseTo((await durationOf(tts, one)) + (await durationOf(tts, two)), 0);
  });

  test.each(["", "  \n", "🙂🎉", "...", "?!"])("%j is nothing to say", async (text) => {
    expect(await runsOf(tts.speakStream(text))).toEqual([]);
    expect((await tts.speak(text)).audio).toHaveLength(44);
  });

  test("another voice or format is refused by name", async () => {
    await expect(tts.speak("Hi.", { voice: "nova" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
    await expect(tts.speak("Hi.", { format: "mp3" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
    });
    expect(() => new EmbeddedTTSProvider({ speed: 3 })).toThrow(/0\.5 to 2/);
  });

  test("who is due later waits for who is due now", async () => {
    const ended: string[] = [];
    const speak = async (text: string, dueInMs: number) => {
      await runsOf(tts.speakStream(text, { dueInMs }));
      ended.push(text);
    };
    await Promise.all([speak(long, 20_000), speak("One moment please.", 0)]);
    expect(ended).toEqual(["One moment please.", long]);
  });

  test("ten agents talk at once, and each is heard before any has said it all", async () => {
    const agents = Array.from({ length: 10 }, (_, i) => `This is agent ${i}. ${walk}`);
    const begun = new Set<string>();
    let ended = 0;
    let begunAtFirstEnd = 0;
    await Promise.all(
      agents.map(async (text) => {
        for await (const _run of tts.speakStream(text)) begun.add(text);
        if (ended++ === 0) begunAtFirstEnd = begun.size;
      }),
    );
    expect(begunAtFirstEnd).toBe(10);
  });

  test("a reader who stops is not spoken ahead for by minutes", async () => {
    const worker = workers.at(-1);
    let made = 0;
    const count = (message: { readonly type: string; readonly results?: readonly unknown[] }) => {
      made += message.type === "step" ? (message.results?.length ?? 0) : 0;
    };
    worker?.on("message", count);
    const runs = tts.speakStream(long);
    await runs.next();
    // What is due much later is made only when nobody else can be worked for.
    const later = await runsOf(tts.speakStream("Hello there.", { dueInMs: 60_000 }));
    worker?.off("message", count);
    await runs.return();
    expect(made - later.length).toBeGreaterThan(4);
    expect(made - later.length).toBeLessThanOrEqual(9);
  });

  test("an interrupted speech frees the worker for the next", async () => {
    const turn = new AbortController();
    const reason = new Error("barge-in");
    const speaking = tts.speakStream(long, {}, turn);
    await speaking.next();
    turn.abort(reason);
    await expect(runsOf(speaking)).rejects.toBe(reason);
    expect(await durationOf(tts, "Yes?")).toBeGreaterThan(200);
  });

  test("a crashed worker fails the speech that it had and is replaced for the next", async () => {
    const speaking = runsOf(tts.speakStream(long));
    const failed = expect(speaking).rejects.toMatchObject({
      name: "ProviderError",
      code: "TTS_ERROR",
      retryable: true,
    });
    await workers.at(-1)?.terminate();
    await failed;
    expect(await durationOf(tts, "I am back.")).toBeGreaterThan(300);
    expect(workers).toHaveLength(2);
  });
});

describe("a voice of its own", () => {
  let tts: EmbeddedTTSProvider;
  let worker: Worker | undefined;

  beforeEach(() => {
    process.once("worker", (started) => (worker = started));
    tts = new EmbeddedTTSProvider();
  });

  test("closing ends the worker and what it says", async () => {
    const speaking = tts.speakStream(long);
    await speaking.next();
    const gone = worker && once(worker, "exit");
    const cut = expect(runsOf(speaking)).rejects.toMatchObject({ code: "CLOSED" });
    await tts.close();
    await Promise.all([cut, gone]);
    expect(gone).toBeDefined();
    await expect(tts.speak("Hello?")).rejects.toMatchObject({ code: "CLOSED" });
  });

  test("it starts with the first call when nobody called init", async () => {
    expect(await durationOf(tts, "Hi.")).toBeGreaterThan(200);
    await tts.close();
  });
});

test("say makes a WAV file and leaves no worker behind", async () => {
  let left = 0;
  const count = (worker: Worker) => {
    left += 1;
    worker.once("exit", () => (left -= 1));
  };
  process.on("worker", count);
  const { pcm } = decodeWav(await say("That is all."));
  process.off("worker", count);
  expect(pcm.length).toBeGreaterThan(12_000);
  expect(left).toBe(0);
});

describe.each(["native", "wasm"] as const)("with the %s runtime", (runtime) => {
  const voice = new EmbeddedTTSProvider({ runtime });
  const ear = new EmbeddedSTTProvider();

  beforeAll(async () => {
    await Promise.all([voice.init(), ear.init()]);
  }, loadMs);

  afterAll(async () => {
    await Promise.all([voice.close(), ear.close()]);
  });

  test.each([
    { text: "How can I help you today?", heard: /how can i help you today/ },
    {
      text: "If you want to know, as most people do, how the house was built and who paid for it, ask me tomorrow.",
      heard:
        /if you want to know.? as most people do.? how the house was built and who paid for it.? ask me tomorrow/,
    },
    {
      text: "Your appointment is on Monday. Please bring your passport.",
      heard: /appointment is on monday.*bring your passport/,
    },
  ])("a recogniser understands “$text”", async ({ text, heard }) => {
    const { audio } = await voice.speak(text);
    const result = await ear.transcribe(audio);
    expect(result.text.toLowerCase()).toMatch(heard);
  });
});
