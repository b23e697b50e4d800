import { methods, parseMessage } from "werift";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TurnCarrier } from "../../src/transport/turn/carrier.ts";
import { Dialogue } from "../../src/transport/turn/dialogue.ts";
import { Login } from "../../src/transport/turn/login.ts";
import { type Answer, grant, guarded, refuse } from "./fake-turn.ts";

let sent: Buffer[];
let answer: Answer;
let dialogue: Dialogue;
let carrier: TurnCarrier;

/** To a server in this process, which answers at once. */
function begin({ reliable = false, credential = "password" } = {}): void {
  sent = [];
  carrier = {
    reliable,
    ended: new AbortController().signal,
    onFrame: () => undefined,
    send: (frame) => {
      sent.push(frame);
      const request = parseMessage(frame);
      if (!request) throw new Error("a request that nobody can read");
      void Promise.resolve(answer(request, frame)).then((response) => {
        if (response) dialogue.take(response.bytes);
      });
    },
    close: async () => undefined,
  };
  dialogue = new Dialogue(carrier, new Login({ username: "user", credential }));
}

beforeEach(() => {
  vi.useFakeTimers();
  begin();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const ask = () => dialogue.ask(methods.REFRESH, (request) => request.setAttribute("LIFETIME", 1));

describe("a TURN server that wants a login", () => {
  test("is told who we are when it asks, and then at once", async () => {
    answer = guarded(grant(), { nonce: () => "one" });
    await ask();
    await ask();
    expect(sent).toHaveLength(2 + 1);
  });

  test("may change its nonce whenever it likes, also between questions that are under way", async () => {
    let nonce = 0;
    answer = guarded(grant(), { nonce: () => `nonce ${nonce}` });
    await ask();
    for (let n = 0; n < 5; n += 1) {
      nonce += 1;
      await Promise.all([ask(), ask(), ask()]);
    }
    const before = sent.length;
    await ask();
    expect(sent).toHaveLength(before + 1);
  });

  test("that never has enough of changing it is not asked for ever", async () => {
    let nonce = 0;
    answer = guarded(grant(), { nonce: () => String((nonce += 1)) });
    await expect(ask()).rejects.toThrow("438");
    await expect(ask()).rejects.toThrow("438");
    expect(sent).toHaveLength(4);
  });

  test("refuses a wrong password at once", async () => {
    begin({ credential: "guess" });
    answer = guarded(grant(), { nonce: () => "one" });
    await expect(ask()).rejects.toThrow("401");
    expect(sent).toHaveLength(2);
  });

  test("is believed only when it knows the password too", async () => {
    answer = guarded(grant(), { nonce: () => "one" });
    await ask();
    answer = grant(); // signed by nobody
    const failing = expect(ask()).rejects.toThrow("did not answer");
    await vi.advanceTimersByTimeAsync(7750);
    await failing;
  });
});

describe("a question", () => {
  test("that is lost goes out again, over UDP", async () => {
    answer = () => undefined;
    const asking = ask();
    await vi.advanceTimersByTimeAsync(249);
    expect(sent).toHaveLength(1);
    answer = grant();
    await vi.advanceTimersByTimeAsync(1);
    await asking;
    expect(sent).toHaveLength(2);
    expect(sent[0]?.equals(sent[1] ?? Buffer.alloc(0))).toBe(true);
  });

  test("goes out once over what repeats by itself", async () => {
    begin({ reliable: true });
    answer = () => undefined;
    const failing = expect(ask()).rejects.toThrow("did not answer");
    await vi.advanceTimersByTimeAsync(7750);
    await failing;
    expect(sent).toHaveLength(1);
  });

  test("that is refused says with what", async () => {
    answer = (request) => refuse(request, 486);
    await expect(ask()).rejects.toMatchObject({ name: "TurnRefusal", message: /486/ });
  });

  test("that waits at the end, or comes after it, is told so", async () => {
    answer = () => undefined;
    const waiting = expect(ask()).rejects.toThrow("over");
    await vi.advanceTimersByTimeAsync(0);
    dialogue.close(new Error("over"));
    await waiting;
    await expect(ask()).rejects.toThrow("over");
  });

  test("is not answered by anything else that comes", async () => {
    answer = () => undefined;
    const failing = expect(ask()).rejects.toThrow("did not answer");
    for (const text of ["", "hello", "\0".repeat(20)]) dialogue.take(Buffer.from(text));
    await vi.advanceTimersByTimeAsync(7750);
    await failing;
  });
});
