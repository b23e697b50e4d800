import {
  defaultTurnTaking,
  InMemoryMetrics,
  type LLMProvider,
  type LLMRequest,
  MetricNames,
  silenceTurnDetector,
  type STTProvider,
  type TurnOptions,
  type TurnTaking,
} from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT } from "@metered/llmrtc-testing";
import { afterEach, describe, expect, test } from "vitest";
import { closeSessions, setUp } from "./calling.ts";

afterEach(closeSessions);

const story = "This is a long answer that goes on and on and on for quite some time.";

const taking = (turnTaking: Partial<TurnTaking>): Partial<TurnOptions> => ({
  turnTaking: { ...defaultTurnTaking, ...turnTaking },
});

/** Thinks for ever about its first requests, or as long as it is let; then answers at once. */
function slowLLM(slow: number): LLMProvider & { readonly requests: LLMRequest[] } {
  const requests: LLMRequest[] = [];
  return {
    name: "slow",
    requests,
    complete: () => Promise.reject(new Error("not asked")),
    async *stream(request, { signal } = {}) {
      requests.push(request);
      if (requests.length <= slow) {
        await new Promise((_, reject) => {
          signal?.addEventListener("abort", () => {
            reject(signal.reason as Error);
          });
        });
      }
      yield { content: "Here you are.", done: false };
      yield { content: "", done: true };
    },
  };
}

describe("a voice over the agent that means nothing", () => {
  test.each(["Mm-hmm.", "Uh-huh, right.", ""])("as %j pauses it, and it says all", async (nod) => {
    const llm = fakeLLM({ reply: story });
    const stt = fakeSTT({ script: [nod] });
    const { session, transport, message, types, messages } = setUp({ providers: { llm, stt } });
    session.features = ["pause", "interim"];
    session.read("Well?");
    await message("tts-start");
    await transport.frames(60);
    transport.speak(400);
    await message("tts-complete");
    await session.idle();
    const told = types().filter((type) => /speech|paused|resumed|cancelled/.test(type));
    expect(told.toSorted()).toEqual(["speech-end", "speech-start", "tts-paused", "tts-resumed"]);
    expect(told.indexOf("tts-paused")).toBe(0);
    expect(messages.filter(({ type }) => type === "transcript")).toHaveLength(1);
    expect(llm.requests).toHaveLength(1);
    expect(session.history.messages.map(({ content }) => content)).toEqual(["Well?", story]);
    expect(session.history.messages.at(-1)).not.toHaveProperty("interrupted");
  });

  test("is not even told when it is too short to be speech", async () => {
    const { session, transport, message, types } = setUp({
      providers: { llm: fakeLLM({ reply: story }) },
    });
    session.features = ["pause"];
    session.read("Well?");
    await message("tts-start");
    await transport.frames(60);
    transport.speak(40);
    await message("tts-complete");
    expect(types()).not.toContain("speech-start");
    const told = types().filter((type) => /paused|resumed/.test(type));
    expect(told).toEqual(["tts-paused", "tts-resumed"]);
  });

  test("leaves clients that cannot pause in peace", async () => {
    const { session, transport, message, types } = setUp({
      providers: { llm: fakeLLM({ reply: story }), stt: fakeSTT({ text: "mhm" }) },
    });
    session.read("Well?");
    await message("tts-start");
    await transport.frames(60);
    transport.speak(300);
    await message("tts-complete");
    expect(types().filter((type) => /paused|resumed|withdrawn/.test(type))).toEqual([]);
  });
});

describe("an agent that must not be interrupted", () => {
  test("speaks to its end, and answers then what was said meanwhile", async () => {
    const llm = fakeLLM({ script: [story, "Later."] });
    const { session, transport, message, types } = setUp({
      providers: { llm },
      turn: taking({ interruptible: false }),
    });
    session.read("Well?");
    await message("tts-start");
    await transport.frames(60);
    transport.speak(900);
    session.interrupt();
    await message("tts-complete", 2);
    expect(types()).not.toContain("tts-cancelled");
    expect(session.history.messages.map(({ content }) => content)).toEqual([
      "Well?",
      story,
      "hello",
      "Later.",
    ]);
  });
});

describe("a caller who is cut off", () => {
  test("has one turn, without a trace of the reply that came too early", async () => {
    const llm = slowLLM(1);
    const stt = fakeSTT({ script: ["I would like to fly", "to Berlin tomorrow."] });
    const metrics = new InMemoryMetrics();
    const withdrawn: string[] = [];
    const ended: string[] = [];
    const { session, transport, message, messages, types } = setUp({
      providers: { llm, stt },
      turn: {
        metrics,
        hooks: {
          onTurnWithdrawn: (ctx, by) => void withdrawn.push(ctx.turnId, by),
          onTurnEnd: (ctx) => void ended.push(ctx.turnId),
        },
      },
    });
    session.features = ["withdrawal"];
    session.show([{ data: "data:image/png;base64,AAAA" }]);
    transport.speak(600);
    const { turnId: first } = (await message("transcript")) as { readonly turnId: string };
    transport.speak(900);
    await message("tts-complete");
    await session.idle();

    const said = "I would like to fly to Berlin tomorrow.";
    expect(session.history.messages).toEqual([
      expect.objectContaining({ role: "user", content: said }),
      { role: "assistant", content: "Here you are." },
    ]);
    expect(llm.requests.at(-1)?.messages).toHaveLength(2); // with the system prompt
    expect(llm.requests.at(-1)?.messages.at(-1)?.attachments).toHaveLength(1);
    const [second] = ended;
    expect(ended).toHaveLength(1);
    expect(withdrawn).toEqual([first, second]);
    expect(messages).toContainEqual({ type: "turn-withdrawn", turnId: first, by: second });
    expect(messages).toContainEqual({
      type: "transcript",
      text: said,
      isFinal: true,
      turnId: second,
    });
    expect(types()).not.toContain("tts-cancelled");
    expect(metrics.getCounterSum(MetricNames.TURN_WITHDRAWALS)).toBe(1);
    expect(metrics.getCounterSum(MetricNames.TURN_INTERRUPTIONS)).toBe(0);
  });

  test("soon after the reply became audible has one turn too; a v1 client is told that it ended", async () => {
    const llm = fakeLLM({ script: [story, "Fine."] });
    const stt = fakeSTT({ script: ["Tell me", "about the weather."] });
    const { session, transport, message, types } = setUp({ providers: { llm, stt } });
    transport.speak(600);
    await message("tts-start");
    await transport.frames(20);
    transport.speak(900);
    await message("tts-complete");
    expect(session.history.messages.map(({ content }) => content)).toEqual([
      "Tell me about the weather.",
      "Fine.",
    ]);
    expect(types().filter((type) => type === "tts-cancelled")).toHaveLength(1);
  });

  test("again and again has one turn in the end", async () => {
    const llm = slowLLM(3);
    const stt = fakeSTT({ script: ["one", "two", "three", "four"] });
    const { session, transport, message } = setUp({ providers: { llm, stt } });
    for (const turn of [1, 2, 3, 4]) {
      transport.speak(900);
      await message("transcript", turn);
    }
    await message("tts-complete");
    expect(session.history.messages.map(({ content }) => content)).toEqual([
      "one two three four",
      "Here you are.",
    ]);
  });

  test("only by a noise keeps his answer", async () => {
    const llm = slowLLM(0);
    const stt = fakeSTT({ script: ["What time is it?", ""] });
    const { session, transport, message, types } = setUp({ providers: { llm, stt } });
    transport.speak(600, 384);
    transport.speak(200);
    await message("tts-complete");
    expect(llm.requests).toHaveLength(1);
    expect(types()).not.toContain("tts-cancelled");
    expect(session.history.messages).toHaveLength(2);
  });

  test("after he typed has two turns: what is typed is finished", async () => {
    const llm = slowLLM(1);
    const { session, transport, message } = setUp({ providers: { llm } });
    session.read("What is this?");
    await message("transcript");
    transport.speak(900);
    await message("tts-complete");
    expect(session.history.messages.map(({ content }) => content)).toEqual([
      "What is this?",
      "hello",
      "Here you are.",
    ]);
  });
});

/** Answers each pause mark with the next of `pauses`. */
function pausingSTT(pauses: readonly string[]): STTProvider {
  return {
    name: "pausing",
    marksPauses: true,
    transcribe: () => Promise.reject(new Error("not asked")),
    async *transcribeStream(audio) {
      let at = 0;
      for await (const run of audio) {
        if (run.length > 0) continue;
        yield { text: pauses[at++] ?? "", isFinal: false, atPause: true };
      }
      yield { text: pauses.at(-1) ?? "", isFinal: true };
    },
  };
}

/** Understands `interim` at once, and in the end `final`. */
function waveringSTT(interim: string, final: string): STTProvider {
  return {
    name: "wavering",
    transcribe: () => Promise.reject(new Error("not asked")),
    async *transcribeStream(audio) {
      yield { text: interim, isFinal: false };
      for await (const _ of audio);
      yield { text: final, isFinal: true };
    },
  };
}

describe("a guess", () => {
  const waiting = { turnDetector: { name: "waiting", endOfTurnAfterMs: () => 700 } };

  test("is asked while the caller may still go on, shows nothing, and is used when his words stand", async () => {
    const llm = Object.assign(fakeLLM({ reply: "It is noon." }), { local: true });
    const metrics = new InMemoryMetrics();
    const stt = pausingSTT(["What time is it?"]);
    const { session, transport, message, messages } = setUp({
      providers: { llm, stt },
      services: waiting,
      turn: { metrics },
    });
    session.features = ["turn-timings"];
    const seen: number[] = [];
    session.on("message", ({ type }) => {
      if (type === "speech-end") seen.push(llm.requests.length);
    });
    transport.speak(600, 500);
    await transport.quiet();
    expect(messages.map(({ type }) => type)).toEqual(["speech-start"]);
    transport.speak(0, 500);
    await message("tts-complete");
    expect(seen).toEqual([1]);
    expect(llm.requests).toHaveLength(1);
    expect(await message("turn-timings")).toMatchObject({ preemptive: true });
    expect(session.history.messages.map(({ content }) => content)).toEqual([
      "What time is it?",
      "It is noon.",
    ]);
    expect(metrics.counters.filter(({ name }) => name.includes("preemptive"))).toMatchObject([
      { name: MetricNames.PREEMPTIVE_GUESSES, tags: { outcome: "used" } },
    ]);
  });

  test("that was wrong leaves no trace but its cost", async () => {
    const llm = Object.assign(fakeLLM({ reply: "Which flight?" }), { local: true });
    const metrics = new InMemoryMetrics();
    const ends: string[] = [];
    const stt = pausingSTT(["I want to fly.", "I want to fly to Berlin."]);
    const { session, transport, message, messages } = setUp({
      providers: { llm, stt },
      services: waiting,
      turn: {
        metrics,
        hooks: { onLLMStart: (_, { messages }) => void ends.push(messages.at(-1)?.content ?? "") },
      },
    });
    transport.speak(600, 400);
    await transport.quiet();
    expect(llm.requests).toHaveLength(1);
    transport.speak(600, 900);
    await message("tts-complete");
    await session.idle();
    expect(ends).toEqual(["I want to fly to Berlin."]);
    expect(messages.filter(({ type }) => type === "llm")).toHaveLength(1);
    expect(session.history.messages).toHaveLength(2);
    const outcomes = metrics.counters.filter(({ name }) => name === MetricNames.PREEMPTIVE_GUESSES);
    expect(outcomes.map(({ tags }) => tags["outcome"])).toEqual(["dropped", "used"]);
    expect(metrics.getCounterSum(MetricNames.PREEMPTIVE_WASTED_TOKENS)).toBeGreaterThan(2);
    expect(llm.running).toBe(0);
  });

  test("whose final words differ is dropped, and the words are answered", async () => {
    const llm = Object.assign(fakeLLM(), { local: true });
    const stt = waveringSTT("Call Anne.", "Call Annabel.");
    const { session, transport, message } = setUp({ providers: { llm, stt }, services: waiting });
    transport.speak(600, 300);
    await expect.poll(() => llm.requests).toHaveLength(1);
    transport.speak(0, 600);
    await message("tts-complete");
    expect(llm.requests.map(({ messages }) => messages.at(-1)?.content).at(-1)).toBe(
      "Call Annabel.",
    );
    expect(session.history.messages[0]?.content).toBe("Call Annabel.");
  });

  test("is not made where it costs money and the end is not likely, unless it is asked for, nor where it is switched off", async () => {
    for (const [local, preemptive, guessed] of [
      [false, "auto", false],
      [false, true, true],
      [true, false, false],
    ] as const) {
      const metrics = new InMemoryMetrics();
      const llm = Object.assign(fakeLLM(), { local });
      const { transport, message } = setUp({
        providers: { llm, stt: pausingSTT(["What time is it?"]) },
        services: waiting,
        turn: { metrics, ...taking({ preemptive }) },
      });
      transport.speak(600, 900);
      await message("tts-complete");
      expect(metrics.getCounterSum(MetricNames.PREEMPTIVE_GUESSES) > 0).toBe(guessed);
      expect(llm.requests).toHaveLength(1);
    }
  });

  test("is made with any model once the turn detector is nearly sure", async () => {
    const metrics = new InMemoryMetrics();
    const llm = fakeLLM();
    const { transport, message } = setUp({
      providers: { llm, stt: pausingSTT(["What time is it?"]) },
      services: { turnDetector: silenceTurnDetector({ silenceMs: 384 }) },
      turn: { metrics },
    });
    transport.speak(600, 900);
    await message("tts-complete");
    expect(metrics.getCounterSum(MetricNames.PREEMPTIVE_GUESSES)).toBe(1);
    expect(llm.requests).toHaveLength(1);
  });

  test("is not made of words that cannot be all", async () => {
    const metrics = new InMemoryMetrics();
    const llm = Object.assign(fakeLLM(), { local: true });
    const { transport, message } = setUp({
      providers: { llm, stt: pausingSTT(["I would like to"]) },
      services: waiting,
      turn: { metrics },
    });
    transport.speak(600, 900);
    await message("tts-complete");
    expect(metrics.getCounterSum(MetricNames.PREEMPTIVE_GUESSES)).toBe(0);
  });
});

describe("speech", () => {
  test("a microphone that goes away in mid-word still ends the speech", async () => {
    const { session, transport, message, types } = setUp();
    transport.speak(600, 0);
    await message("speech-start");
    await session.detach();
    await session.idle();
    expect(types().filter((type) => type === "speech-end")).toHaveLength(1);
  });
});
