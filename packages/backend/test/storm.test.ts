import fc from "fast-check";
import { expect, test } from "vitest";
import { longCall, story } from "./long-call.ts";

type Act =
  | { readonly type: "say"; readonly text: string; readonly ms: number }
  | { readonly type: "pass"; readonly ms: number }
  | { readonly type: "type" | "interrupt" | "ask the agent to speak" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    type: fc.constant("say" as const),
    text: fc.constantFrom("", "Mm-hmm.", "Stop.", "one more thing", "and what about this"),
    ms: fc.integer({ min: 20, max: 1_500 }),
  }),
  fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 20, max: 2_000 }) }),
  fc.record({ type: fc.constantFrom("type", "interrupt", "ask the agent to speak") }),
);

test("after any storm of speech, nods, typing and interruptions the call is in order, and the next question is answered", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 25 }), async (acts) => {
      const call = longCall();
      for (const one of acts) {
        if (one.type === "say") await call.say(one.text, one.ms);
        else if (one.type === "pass") await call.pass(one.ms);
        else if (one.type === "type") call.session.read("typed");
        else if (one.type === "interrupt") call.session.interrupt();
        else void call.session.say("By the way, it is late.");
      }
      await call.pass(2_000);
      await call.session.idle();
      const before = call.session.history.messages.length;
      await call.say("Is all well in the end?", 1_200);
      await call.pass(1_000);
      await call.session.idle();

      const { said, of, turnsAtOnce } = story(call.messages);
      expect(said.at(-1)).toBe("Is all well in the end?");
      expect(call.session.history.messages.at(-1)).toMatchObject({ role: "assistant" });
      expect(call.session.history.messages.at(-1)).not.toHaveProperty("interrupted");
      expect(call.session.history.messages.length).toBeGreaterThanOrEqual(Math.min(before, 7));
      expect(of("speech-end").toSorted()).toEqual(of("speech-start").toSorted());
      expect(turnsAtOnce).toEqual({ now: 0, most: 1 });
      expect(of("error")).toEqual([]);
      await call.close();
    }),
    { numRuns: 40 },
  );
});
