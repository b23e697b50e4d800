import { fakeLLM, fakeSTT, fakeVoiceDetector, manualClock } from "@metered/llmrtc-testing";
import { afterEach, expect, test } from "vitest";
import { closeSessions, setUp, type SetUp } from "./calling.ts";
import { MemoryTransport } from "./memory-transport.ts";

const loud = 9000;

afterEach(closeSessions);

function caller(options: SetUp = {}, { manual = true } = {}) {
  const calling = setUp(options);
  calling.session.manual = manual;
  return calling;
}

test("push-to-talk: only what is said while the button is pressed is a turn", async () => {
  const { session, sound, message, messages, said } = caller({
    providers: { stt: fakeSTT({ text: "Hello?" }), llm: fakeLLM({ script: ["Hi."] }) },
  });
  await sound(1_000, loud);
  expect(messages).toEqual([]);
  session.turn("start");
  await message("speech-start");
  await sound(600, loud);
  await sound(2_000, 0); // thinks, and keeps the button pressed
  await sound(600, loud);
  expect(messages.map(({ type }) => type)).not.toContain("speech-end");
  session.turn("end");
  await sound(200, loud);
  await message("tts-complete");
  expect(said()).toEqual(["user: Hello?", "assistant: Hi."]);
  expect(messages.filter(({ type }) => type === "speech-end")).toHaveLength(1);
});

test("the press interrupts the agent at once, however slow the ear is", async () => {
  const voiceDetector = fakeVoiceDetector({ delayMs: 1, clock: manualClock() });
  const { session, sound, transport, message } = caller({ services: { voiceDetector } });
  await sound(100, 0);
  session.read("Tell me a story.");
  await transport.frames(5);
  session.turn("start");
  await message("tts-cancelled");
});

test("a turn that is taken back leaves no trace, and the next one works", async () => {
  const { session, sound, message, types, said } = caller({
    providers: { stt: fakeSTT({ script: ["Meant."] }), llm: fakeLLM({ script: ["Yes."] }) },
  });
  session.turn("start");
  await sound(600, loud);
  session.turn("cancel");
  await message("speech-end");
  await session.idle();
  expect(types()).toEqual(["speech-start", "speech-end"]);
  expect(said()).toEqual([]);

  session.turn("start");
  await sound(600, loud);
  session.turn("end");
  await sound(200, 0);
  await message("tts-complete");
  expect(said()).toEqual(["user: Meant.", "assistant: Yes."]);
});

test("a button pressed in silence is no turn", async () => {
  const llm = fakeLLM();
  const { session, sound, message, types } = caller({ providers: { llm } });
  session.turn("start");
  await sound(600, 0);
  session.turn("end");
  await sound(200, 0);
  await message("speech-end");
  await session.idle();
  expect(types()).toEqual(["speech-start", "speech-end"]);
  expect(llm.requests).toEqual([]);
});

test("mute in the middle of a word ends the turn, which is answered", async () => {
  const { session, sound, message, messages } = caller({}, { manual: false });
  await sound(600, loud);
  expect(messages.map(({ type }) => type)).not.toContain("speech-end");
  session.turn("end");
  await sound(100, 0); // less than any turn detector waits
  await message("tts-complete");
});

test("text typed while the caller speaks is answered, and knows what he was saying", async () => {
  const llm = fakeLLM({ script: ["Sure."] });
  const { session, sound, message, messages, said } = caller(
    { providers: { stt: fakeSTT({ text: "I would like" }), llm } },
    { manual: false },
  );
  await sound(600, loud);
  session.read("a table for two");
  await sound(160, loud);
  expect(messages.map(({ type }) => type)).toContain("speech-end"); // though he has not paused
  await message("tts-complete");
  expect(said()).toEqual(["user: I would like", "user: a table for two", "assistant: Sure."]);
  expect(llm.requests).toHaveLength(1);
  const turnOf = (text: string) =>
    messages.flatMap((one) =>
      (one.type === "transcript" || one.type === "llm") && one.text === text ? [one.turnId] : [],
    );
  expect(turnOf("Sure.")).toEqual(turnOf("a table for two"));
  expect(turnOf("I would like")).not.toEqual(turnOf("Sure."));
});

test("the mode outlives a lost connection", async () => {
  const { session, transport, message, messages } = caller();
  await transport.close();
  const next = new MemoryTransport();
  session.attach(next);
  next.speak(600);
  session.turn("start");
  await message("speech-start");
  expect(messages.map(({ type }) => type)).toEqual(["speech-start"]);
});
