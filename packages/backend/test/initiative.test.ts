import { fakeLLM, fakeSTT, fakeTTS, manualClock, settle } from "@metered/llmrtc-testing";
import { afterEach, describe, expect, test } from "vitest";
import type { SessionServices } from "../src/session/session-services.ts";
import { closeSessions, connect, setUp, type SetUp } from "./calling.ts";

const loud = 9000;

afterEach(closeSessions);

/** A call in which sound can flow, whose silence is counted by a clock of the test. */
function caller(services: Partial<SessionServices> = {}, more: SetUp = {}) {
  const clock = manualClock();
  const calling = setUp({ ...more, services: { time: clock, ...services } });
  const hungUp: string[] = [];
  calling.session.on("hang-up", (reason) => hungUp.push(reason));
  calling.transport.connect();
  return { ...calling, clock, hungUp };
}

const spoken = ({ messages }: ReturnType<typeof caller>) =>
  messages.flatMap((message) => (message.type === "llm" ? [message.text] : []));

describe("the greeting", () => {
  test("is the first thing that is said, once, and stands in the history", async () => {
    const one = caller({ greeting: "Hello, what can I do for you?" });
    await one.message("tts-complete");
    one.transport.connect(); // after a recovery
    await one.session.idle();
    expect(spoken(one)).toEqual(["Hello, what can I do for you?"]);
    expect(one.said()).toEqual(["assistant: Hello, what can I do for you?"]);
    expect(one.transport.sent.length).toBeGreaterThan(20);
  });

  test("waits until sound can reach the caller", async () => {
    const { messages, transport, message } = setUp({ services: { greeting: "Hello." } });
    await settle();
    expect(messages).toEqual([]);
    transport.connect();
    await message("tts-complete");
  });

  test("may be found for each call", async () => {
    const one = caller({ greeting: async ({ id, messages }) => `${id.length} ${messages.length}` });
    await one.message("tts-complete");
    expect(spoken(one)).toEqual(["36 0"]);
  });

  test("may be left to the model, whose instructions nobody remembers", async () => {
    const llm = fakeLLM({ script: ["Bonjour !"] });
    const greeting = { instructions: "Greet the caller in French." };
    const one = caller({ greeting }, { providers: { llm } });
    await one.message("tts-complete");
    expect(llm.requests[0]?.messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "[Greet the caller in French.]" },
    ]);
    expect(one.said()).toEqual(["assistant: Bonjour !"]);
  });

  test("may be one that must be heard", async () => {
    const greeting = { text: "This call is recorded.", interruptible: false };
    const one = caller({ greeting });
    await one.message("tts-start");
    one.session.interrupt();
    await one.message("tts-complete");
    expect(one.said()).toEqual(["assistant: This call is recorded."]);
  });

  test("is not said to a caller who comes back", async () => {
    const { registry, session, message } = caller({ greeting: "Hello." });
    await message("tts-complete");
    const again = connect(registry);
    await registry.resume(session.id, again.session);
    again.transport.connect();
    await again.session.idle();
    expect(again.messages).toEqual([]);
    expect(again.said()).toEqual(["assistant: Hello."]);
  });

  test("that cannot be found is no greeting, and the call goes on", async () => {
    const one = caller({ greeting: () => Promise.reject(new Error("no database")) });
    one.session.read("Hi");
    await one.message("tts-complete");
    expect(one.said()).toHaveLength(2);
  });
});

describe("say", () => {
  test("tells how much of it was heard", async () => {
    const { session } = caller();
    expect(await session.say("Your order is on its way.")).toEqual({
      heard: "Your order is on its way.",
      interrupted: false,
    });
  });

  test("waits for its turn: the caller is answered first", async () => {
    const one = caller({}, { providers: { llm: fakeLLM({ script: ["Answer."] }) } });
    one.session.read("Question?");
    await one.session.say("By the way.");
    expect(one.said()).toEqual(["user: Question?", "assistant: Answer.", "assistant: By the way."]);
  });

  test("is interrupted by the caller, unless it must not be", async () => {
    const long = "This takes a while to say, and the caller does not want to hear it. ".repeat(3);
    const one = caller();
    const cut = one.session.say(long);
    await one.transport.frames(20);
    one.session.interrupt();
    const { heard, interrupted } = await cut;
    expect(interrupted).toBe(true);
    expect(long.startsWith(heard.slice(0, 8))).toBe(true);
    expect(heard.length).toBeLessThan(long.length / 2);

    const whole = one.session.say("You must hear this.", { interruptible: false });
    await one.message("tts-start", 2);
    one.session.interrupt();
    expect(await whole).toEqual({ heard: "You must hear this.", interrupted: false });
  });

  test("in a call that is over says nothing", async () => {
    const one = caller();
    await one.session.close();
    expect(await one.session.say("Hello?")).toEqual({ heard: "", interrupted: true });
  });
});

describe("silence", () => {
  const silence = { promptAfterMs: 10_000, hangUpAfterMs: 30_000 };

  test("makes the agent speak up, and then ends the call", async () => {
    const one = caller({ silence });
    await one.clock.advance(9_999);
    expect(one.messages).toEqual([]);
    await one.clock.advance(1);
    await one.message("tts-complete");
    await one.session.idle();
    expect(spoken(one)).toEqual(["Are you still there?"]);
    await one.clock.advance(19_999);
    expect(one.hungUp).toEqual([]);
    await one.clock.advance(1);
    expect(one.hungUp).toEqual(["silence"]);
    expect(one.registry.get(one.session.id)).toBeUndefined();
  });

  test("is broken by the voice, by typing, and by pressing keys", async () => {
    const one = caller({ silence }, { providers: { stt: fakeSTT({ text: "Hm." }) } });
    await one.clock.advance(9_000);
    await one.sound(600, loud);
    await one.clock.advance(60_000); // he speaks all the while
    await one.sound(1_000, 0);
    await one.message("tts-complete");
    await one.session.idle();
    await one.clock.advance(9_000);
    one.session.read("Still here.");
    await one.message("tts-complete", 2);
    await one.session.idle();
    for (let second = 0; second < 30; second++) {
      await one.clock.advance(1_000);
      one.session.typing();
    }
    await one.clock.advance(9_000);
    expect(spoken(one)).not.toContain("Are you still there?");
    expect(one.hungUp).toEqual([]);
  });

  test("is none while the model thinks", async () => {
    const llm = fakeLLM({ hangAt: 0 });
    const one = caller({ silence }, { providers: { llm } });
    one.session.read("Think.");
    await one.clock.advance(120_000);
    expect(one.hungUp).toEqual([]);
  });

  test("is none while nobody can be reached", async () => {
    const one = caller({ silence });
    one.transport.disconnect();
    await one.clock.advance(120_000);
    expect([one.messages, one.hungUp]).toEqual([[], []]);
    one.transport.connect();
    await one.clock.advance(10_000);
    await one.message("tts-complete");
  });

  test("may be answered by the model, or by a function that knows better", async () => {
    const prompts = ["Hello?", undefined];
    const rules = { promptAfterMs: 10_000, prompts: 3, prompt: () => prompts.shift() };
    const one = caller({ silence: rules });
    await one.clock.advance(10_000);
    await one.message("tts-complete");
    await one.session.idle();
    await one.clock.advance(10_000); // nothing is said this time
    await one.clock.advance(10_000);
    await one.session.idle();
    expect(spoken(one)).toEqual(["Hello?"]);
    expect(prompts).toEqual([]);
  });

  test("ends with a farewell, and whoever answers it is not hung up on", async () => {
    const farewell = "Good bye then, and thank you very much for your call today.";
    const stt = fakeSTT({ text: "Wait!" });
    const one = caller(
      { silence: { hangUpAfterMs: 5_000, farewell } },
      { providers: { stt, tts: fakeTTS() } },
    );
    await one.clock.advance(5_000);
    await one.transport.frames(10);
    one.session.interrupt();
    one.session.read("Wait!");
    await one.message("tts-complete");
    await one.session.idle();
    expect(one.hungUp).toEqual([]);
    await one.clock.advance(5_000);
    await one.message("tts-complete", 2);
    await one.session.idle();
    await settle();
    expect(one.hungUp).toEqual(["silence"]);
  });
});
