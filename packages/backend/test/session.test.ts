import {
  InMemoryMetrics,
  MetricNames,
  type STTProvider,
  type TurnDetector,
  type TurnTimings,
  type VisionProvider,
  type VisionRequest,
} from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS } from "@metered/llmrtc-testing";
import { afterEach, describe, expect, test } from "vitest";
import type { Session } from "../src/session/session.ts";
import { closeSessions, connect, setUp } from "./calling.ts";

afterEach(closeSessions);

const said = (session: Session) => session.history.messages.map(({ content }) => content);

describe("a spoken turn", () => {
  test("comes in order, under one id, from speech to speech", async () => {
    const { transport, message, messages, types } = setUp();
    transport.speak(600);
    await message("tts-complete");
    const heard = ["speech-start", "speech-end", "transcript"];
    expect(types().slice(0, 3)).toEqual(heard);
    expect(types()).toEqual(expect.arrayContaining(["tts-start", "llm", "tts-complete"]));
    expect(types().at(-1)).toBe("tts-complete");
    expect(new Set(messages.map((one) => ("turnId" in one ? one.turnId : undefined))).size).toBe(1);
    expect(transport.sent.length).toBeGreaterThan(50);
  });

  test("sends the system prompt and the history to the model", async () => {
    const llm = fakeLLM({ script: ["First answer.", "Second answer."] });
    const stt = fakeSTT({ script: ["First question?", "Second question?"] });
    const { transport, message } = setUp({ providers: { llm, stt } });
    transport.speak(600);
    await message("tts-complete");
    transport.speak(600);
    await message("tts-complete", 2);
    expect(llm.requests[1]?.messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "First question?" },
      { role: "assistant", content: "First answer." },
      { role: "user", content: "Second question?" },
    ]);
  });

  test("with nothing said is no turn", async () => {
    const llm = fakeLLM();
    const { transport, message, session, types } = setUp({
      providers: { llm, stt: fakeSTT({ text: "  " }) },
    });
    transport.speak(600);
    await message("speech-end");
    await session.idle();
    expect(types()).toEqual(["speech-start", "speech-end"]);
    expect(llm.requests).toEqual([]);
    expect(said(session)).toEqual([]);
  });

  test("shows interim transcripts to clients that take them, and only to them", async () => {
    const stt = fakeSTT({ streaming: true, text: "one two three four" });
    const old = setUp({ providers: { stt } });
    old.transport.speak(1000);
    await old.message("tts-complete");
    const finals = old.messages.filter(({ type }) => type === "transcript");
    expect(finals).toMatchObject([{ text: "one two three four", isFinal: true }]);

    const fresh = connect(old.registry);
    fresh.session.features = ["interim"];
    fresh.transport.speak(1000);
    await fresh.message("tts-complete");
    const transcripts = fresh.messages.filter(({ type }) => type === "transcript");
    expect(transcripts.length).toBeGreaterThan(1);
    expect(transcripts.at(-1)).toMatchObject({ text: "one two three four", isFinal: true });
  });
});

describe("a pause", () => {
  /** Answers each pause mark with the words so far, one more at each. */
  function patientSTT(): STTProvider & { finals: number } {
    return {
      name: "patient",
      marksPauses: true,
      finals: 0,
      transcribe: () => Promise.reject(new Error("not asked")),
      async *transcribeStream(audio, _config, { signal } = {}) {
        let pauses = 0;
        for await (const run of audio) {
          if (run.length > 0) continue;
          pauses += 1;
          yield { text: `words ${pauses}`, isFinal: false, atPause: true };
        }
        signal?.throwIfAborted();
        this.finals += 1;
        yield { text: "all again", isFinal: true };
      },
    };
  }

  test("gives the turn detector the words so far, which stand if the turn ends there", async () => {
    const stt = patientSTT();
    const llm = fakeLLM();
    const heard: (string | undefined)[] = [];
    const turnDetector: TurnDetector = {
      name: "reader",
      async endOfTurnAfterMs(pause) {
        heard.push(await pause.words());
        return heard.length < 2 ? 600 : 200;
      },
    };
    const { transport, message } = setUp({ providers: { stt, llm }, services: { turnDetector } });
    transport.speak(600, 320);
    transport.speak(600, 800);
    await message("tts-complete");
    expect(heard).toEqual(["words 1", "words 2"]);
    expect(llm.requests.at(-1)?.messages.at(-1)?.content).toBe("words 2");
    expect(stt.finals).toBe(0);
  });
});

describe("speaking over the agent", () => {
  test("stops it, keeps what was heard, and answers what was said", async () => {
    const llm = fakeLLM({
      script: ["This is a long answer that goes on and on and on for quite some time.", "Fine."],
    });
    const { transport, message, session, types } = setUp({ providers: { llm } });
    transport.speak(600);
    await message("tts-start");
    await transport.frames(80);
    transport.speak(600);
    await message("tts-complete");
    const over = types().slice(types().indexOf("tts-start") + 1);
    const story = over.filter((type) => /^(speech-start|tts-cancelled|tts-start)$/.test(type));
    expect(story.slice(0, 3)).toEqual(["speech-start", "tts-cancelled", "tts-start"]);
    const answer = said(session)[1] ?? "";
    expect(answer).toMatch(/^This is a long/);
    expect(answer).not.toContain("quite some time");
    expect(said(session).at(-1)).toBe("Fine.");
  });

  test("keeps what the caller's end says it has played, marked as cut short", async () => {
    const timings: TurnTimings[] = [];
    const metrics = new InMemoryMetrics();
    const text = "This is a long answer that goes on and on and on for quite some time.";
    const turn = {
      hooks: { onTurnTimings: (_: unknown, one: TurnTimings) => void timings.push(one) },
    };
    const { transport, message, session } = setUp({
      providers: { llm: fakeLLM({ reply: text }) },
      turn: { ...turn, metrics },
    });
    session.read("Well?");
    await message("tts-start");
    await transport.frames(100);
    session.attest({ position: 1_200, outputDelayMs: 0, roundTripMs: 40 });
    session.interrupt();
    await session.idle();
    const answer = session.history.messages.at(-1);
    expect(answer).toMatchObject({ role: "assistant", interrupted: true });
    expect(text.startsWith(answer?.content ?? "?")).toBe(true);
    const [timing] = timings;
    expect(timing).toMatchObject({ from: "text", attested: true, interrupted: true });
    expect(timing?.heardMs).toBeLessThan(900);
    expect(timing?.heardMs).toBeGreaterThan(500);
    expect(timing?.spokenMs).toBeGreaterThanOrEqual(2_000);
    expect(answer?.content.length).toBeLessThan(text.length / 4);
    expect(metrics.getCounterSum(MetricNames.TURN_INTERRUPTIONS)).toBe(1);
    expect(metrics.getLatestTiming(MetricNames.TURN_FIRST_AUDIO)?.tags).toEqual({ by: "heard" });
  });

  test("aborts a model that is still thinking", async () => {
    const llm = fakeLLM({ hangAt: 0 });
    const { transport, message, session } = setUp({ providers: { llm } });
    transport.speak(600);
    await message("transcript");
    session.interrupt();
    await session.idle();
    expect(llm.running).toBe(0);
  });

  test("loses no word when it comes before the first utterance is understood", async () => {
    const stt = fakeSTT({ script: ["The weather.", "In Paris, please."], delayMs: 30 });
    const llm = fakeLLM();
    const { transport, message } = setUp({ providers: { stt, llm } });
    transport.speak(600, 400);
    transport.speak(600, 800);
    await message("tts-complete");
    expect(llm.requests.at(-1)?.messages.map(({ content }) => content)).toEqual([
      "Be brief.",
      "The weather. In Paris, please.",
    ]);
  });
});

describe("a provider that breaks", () => {
  const cases = [
    ["STT_ERROR", { stt: fakeSTT({ failAt: 0 }) }],
    ["STT_TIMEOUT", { stt: fakeSTT({ hangAt: 0 }) }],
    ["LLM_ERROR", { llm: fakeLLM({ failAt: 0 }) }],
    ["LLM_ERROR", { llm: fakeLLM({ failAt: 2 }) }],
    ["LLM_TIMEOUT", { llm: fakeLLM({ hangAt: 0 }) }],
    ["LLM_TIMEOUT", { llm: fakeLLM({ hangAt: 2 }) }],
    ["TTS_ERROR", { tts: fakeTTS({ failAt: 0 }) }],
    ["TTS_ERROR", { tts: fakeTTS({ failAt: 2 }) }],
    ["TTS_TIMEOUT", { tts: fakeTTS({ hangAt: 0 }) }],
    ["LLM_ERROR", { llm: fakeLLM({ failAt: 0, streaming: false }) }],
    ["TTS_TIMEOUT", { tts: fakeTTS({ hangAt: 0, streaming: false }) }],
  ] as const;

  test.each(cases)("gives %s, and the next turn runs (%#)", async (code, broken) => {
    const { session, transport, message, messages } = setUp({ providers: broken, timeoutMs: 40 });
    for (const turn of [1, 2]) {
      transport.speak(600);
      expect(await message("error", turn)).toMatchObject({ code });
      await session.idle();
    }
    const starts = messages.filter(({ type }) => type === "tts-start");
    const ends = messages.filter(({ type }) => type === "tts-complete");
    expect(ends).toHaveLength(starts.length);
  });

  test("never shows the vendor's words", async () => {
    const llm = fakeLLM({ failAt: 0, error: new Error("bad key sk-secret") });
    const { transport, message } = setUp({ providers: { llm } });
    transport.speak(600);
    expect(JSON.stringify(await message("error"))).not.toContain("sk-secret");
  });

  test("a model that breaks in mid-reply is heard up to there", async () => {
    const llm = fakeLLM({ reply: "One sentence. Another one here.", failAt: 3 });
    const { transport, message, session } = setUp({ providers: { llm } });
    transport.speak(600);
    await message("tts-complete");
    expect(said(session).at(-1)).toContain("One sentence.");
  });

  test("a voice that breaks leaves the text", async () => {
    const { transport, message, session } = setUp({ providers: { tts: fakeTTS({ failAt: 0 }) } });
    transport.speak(600);
    expect(await message("llm")).toMatchObject({ text: "Hello there. How can I help?" });
    await session.idle();
    expect(said(session).at(-1)).toBe("Hello there. How can I help?");
  });
});

describe("other input", () => {
  test("typed text is a turn", async () => {
    const llm = fakeLLM();
    const { session, message, types } = setUp({ providers: { llm } });
    session.read("What time is it?");
    await message("tts-complete");
    expect(types()[0]).toBe("transcript");
    expect(llm.requests[0]?.messages.at(-1)).toEqual({ role: "user", content: "What time is it?" });
  });

  test("pictures go with the next turn, once", async () => {
    const llm = fakeLLM();
    const { session, message } = setUp({ providers: { llm } });
    session.show([{ data: "data:image/png;base64,AAAA" }]);
    session.read("What is this?");
    await message("tts-complete");
    session.read("And now?");
    await message("tts-complete", 2);
    expect(llm.requests[0]?.messages.at(-1)?.attachments).toHaveLength(1);
    expect(llm.requests[1]?.messages.at(-1)?.attachments).toBeUndefined();
  });

  test("a model that cannot see is told in words what the picture shows", async () => {
    const llm = fakeLLM();
    const asked: VisionRequest[] = [];
    const vision: VisionProvider = {
      name: "eye",
      async describe(request) {
        asked.push(request);
        return { content: "a red door" };
      },
    };
    const { session, message } = setUp({ providers: { llm, vision } });
    const picture = { data: "data:image/png;base64,AAAA" };
    session.read("What is this?", [picture]);
    await message("tts-complete");
    expect(asked).toEqual([{ prompt: "What is this?", attachments: [picture] }]);
    const question = llm.requests[0]?.messages.at(-1);
    expect(question?.content).toMatch(/^What is this\?\n.*a red door/s);
    expect(question).not.toHaveProperty("attachments");
  });

  test("a picture that cannot be described costs the picture, not the turn", async () => {
    const llm = fakeLLM();
    const vision: VisionProvider = {
      name: "eye",
      describe: () => Promise.reject(new Error("blind today")),
    };
    const { session, message, types } = setUp({ providers: { llm, vision } });
    session.read("What is this?", [{ data: "data:image/png;base64,AAAA" }]);
    await message("tts-complete");
    expect(llm.requests[0]?.messages.at(-1)).toEqual({ role: "user", content: "What is this?" });
    expect(types()).not.toContain("error");
  });

  test("without a transport the voice comes as messages", async () => {
    const { registry } = setUp();
    const session = registry.create({ replaced: () => undefined });
    const types: string[] = [];
    session.on("message", ({ type }) => types.push(type));
    session.read("Hello?");
    await session.idle();
    expect(types).toContain("tts-chunk");
    expect(types.at(-1)).toBe("tts-complete");
  });
});

describe("turn timings", () => {
  test("go to clients that know them, after the reply; without attestation they say so", async () => {
    const old = setUp();
    old.transport.speak(600);
    await old.message("tts-complete");
    await old.session.idle();
    expect(old.types()).not.toContain("turn-timings");

    const fresh = connect(old.registry);
    fresh.session.features = ["turn-timings"];
    fresh.transport.speak(600);
    const timings = await fresh.message("turn-timings");
    expect(fresh.types().slice(-2)).toEqual(["tts-complete", "turn-timings"]);
    expect(timings).toMatchObject({
      from: "speech",
      endOfTurnReason: "silence",
      attested: false,
      interrupted: false,
    });
    for (const stage of ["endOfTurnMs", "transcriptMs", "llmFirstTokenMs", "firstFrameMs"]) {
      expect(timings).toHaveProperty(stage);
    }
    expect(timings).not.toHaveProperty("audibleMs");
  });
});

describe("a session", () => {
  test("goes on after a lost connection, with its id and its history", async () => {
    const { registry, session, message } = setUp();
    session.read("My name is Anna.");
    await message("tts-complete");
    const { id } = session;
    registry.release(session);

    const back = connect(registry);
    expect(await registry.resume(id, back.session)).toBe(true);
    expect(back.session.id).toBe(id);
    expect(said(back.session)).toEqual(["My name is Anna.", "Hello there. How can I help?"]);
    expect(registry.size).toBe(1);
  });

  test("cannot be resumed under an id that nobody was given", async () => {
    const { registry, session } = setUp();
    const { id } = session;
    expect(await registry.resume("no-such-session", session)).toBe(false);
    expect(session.id).toBe(id);
  });

  test("is told when somebody else resumes it", async () => {
    const { registry } = setUp();
    let replaced = 0;
    const first = registry.create({ replaced: () => replaced++ });
    const second = connect(registry);
    await registry.resume(first.id, second.session);
    expect(replaced).toBe(1);
  });

  test("that closes while the agent speaks leaves nothing running", async () => {
    const llm = fakeLLM({ hangAt: 4 });
    const { registry, session, transport, message } = setUp({ providers: { llm } });
    transport.speak(600);
    await message("tts-start");
    await registry.remove(session);
    expect(transport.closed).toBe(true);
    expect(llm.running).toBe(0);
    expect(registry.size).toBe(0);
  });
});
