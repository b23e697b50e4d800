import { expect, test } from "vitest";
import { longCall, story } from "./long-call.ts";

const twoHoursMs = 2 * 3_600_000;

test(
  "a call of two hours: every question is answered once, however the caller behaves",
  { timeout: 120_000 },
  async () => {
    const call = longCall();
    const asked: string[] = [];
    const question = (): string => {
      asked.push(`question ${asked.length} please.`);
      return asked.at(-1) ?? "";
    };
    let replies = 0;
    const answered = async (): Promise<void> => {
      await call.session.idle();
      await call.pass(400);
    };
    const speaking = (): Promise<unknown> => call.message("tts-start", ++replies);

    /** What callers do, over and over. */
    const acts: readonly (() => Promise<void>)[] = [
      async function listensToTheEnd() {
        await call.say(question(), 1_200);
        await speaking();
      },
      async function nods() {
        await call.say(question(), 1_200);
        await speaking();
        await call.pass(2_000);
        await call.say("Mm-hmm.", 400);
        await call.pass(1_500);
        await call.say("Right.", 300);
      },
      async function coughs() {
        await call.say(question(), 1_200);
        await speaking();
        await call.pass(1_800);
        await call.say("", 240);
        await call.pass(700);
        await call.say("", 40);
      },
      async function interrupts() {
        await call.say(question(), 1_200);
        await speaking();
        await call.pass(2_500);
        await call.say(question(), 1_500);
        await speaking();
      },
      async function isCutOff() {
        const first = question();
        await call.say(first, 900);
        await call.pass(500);
        await speaking();
        asked.pop();
        asked.push(`${first} and more of it.`);
        await call.say("and more of it.", 1_000);
        await speaking();
      },
      async function types() {
        const text = question();
        call.session.read(text);
        await speaking();
        await call.pass(1_500);
        call.session.read(question());
        await speaking();
      },
      async function pressesTheButton() {
        await call.say(question(), 1_200);
        await speaking();
        await call.pass(1_500);
        call.session.interrupt();
      },
    ];

    while (call.now() < twoHoursMs) {
      for (const act of acts) {
        await act();
        await answered();
      }
    }

    const { said, of, turnsAtOnce } = story(call.messages);
    expect(said).toEqual(asked);
    expect(of("speech-end").toSorted()).toEqual(of("speech-start").toSorted());
    expect(new Set(of("speech-start")).size).toBe(of("speech-start").length);
    expect(turnsAtOnce).toEqual({ now: 0, most: 1 });
    const rounds = asked.length / 9;
    expect(of("turn-withdrawn")).toHaveLength(rounds);
    expect(of("tts-cancelled")).toHaveLength(rounds * 4);
    expect(of("tts-paused")).toHaveLength(of("tts-resumed").length + rounds * 2);
    expect(call.session.history.messages.length).toBeLessThanOrEqual(8);
    await call.close();
  },
);
