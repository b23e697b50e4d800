import { History } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const user = (content: string) => ({ role: "user", content }) as const;
const assistant = (content: string) => ({ role: "assistant", content }) as const;

describe("history", () => {
  test("the system prompt leads every request, however long the call", () => {
    const history = new History({ systemPrompt: "Be brief.", limit: 2 });
    for (let turn = 0; turn < 5; turn++) {
      history.add(user(`question ${turn}`));
      history.add(assistant(`answer ${turn}`));
    }
    expect(history.forRequest()).toEqual([
      { role: "system", content: "Be brief." },
      user("question 4"),
      assistant("answer 4"),
    ]);
  });

  test("a resumed call goes on with the earlier messages", () => {
    const earlier = new History({ limit: 8 });
    earlier.add(user("My name is Anna."));
    const later = new History({ limit: 8 });
    later.restore(earlier);
    later.add(user("What is my name?"));
    expect(later.messages.map(({ content }) => content)).toEqual([
      "My name is Anna.",
      "What is my name?",
    ]);
  });

  test("it never holds more than its limit, nor begins with an answer to nothing", () => {
    const message = fc.oneof(fc.string().map(user), fc.string().map(assistant));
    fc.assert(
      fc.property(fc.array(message), fc.integer({ min: 1, max: 10 }), (messages, limit) => {
        const history = new History({ limit });
        for (const one of messages) history.add(one);
        expect(history.messages.length).toBeLessThanOrEqual(limit);
        const cut = messages.length > limit;
        const answered = history.messages.some(({ role }) => role === "user");
        if (cut && answered) expect(history.messages[0]?.role).toBe("user");
      }),
    );
  });
});
