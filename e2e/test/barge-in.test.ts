import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { loudness } from "../src/loudness.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { wordsOf } from "../src/recogniser.ts";

/** Half a minute of speech. */
const story = "The lighthouse keeper counted every ship that passed the rocks. ".repeat(10);

let agent: Agent;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  [agent, pages, browser] = await Promise.all([
    startAgent((said) => (/story/i.test(said) ? story : `You said: ${said}`)),
    servePages(),
    openChromium(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await pages.close();
});

/** A caller to whom the agent tells its story. */
async function listener(): Promise<Caller> {
  const caller = await Caller.call({ browser, pages, signallingUrl: agent.signallingUrl });
  await caller.share("mono");
  await caller.sendText("Tell me a story");
  expect(await caller.transcript()).toBe("Tell me a story");
  await caller.next("ttsStart");
  await caller.until("audible", 500);
  return caller;
}

/** In the middle of a sentence: one lasts more than 3 s, and half a minute of them is to come. */
async function expectSilence(caller: Caller, from: number): Promise<void> {
  const silentAt = await caller.until("silent", 1_000, from);
  expect(silentAt - from, "ms until the speaker was silent").toBeLessThan(1_000);
  expect(loudness(await caller.heard(silentAt, silentAt + 1_000))).toBeLessThan(0.002);
}

test("speaking over the agent silences the browser, and what was said is the next turn", async () => {
  const caller = await listener();
  const speaking = caller.say("go-forward");

  const cancelled = await caller.next("ttsCancelled");
  await expectSilence(caller, cancelled.at);
  await speaking;

  expect(wordsOf(await caller.transcript())).toEqual(expect.arrayContaining(["go", "forward"]));
  const reply = await caller.next("llm", { fits: ({ args }) => /You said/.test(String(args[0])) });
  expect(String(reply.args[0])).toMatch(/forward/i);
  await caller.next("ttsComplete");
  await caller.close();
});

test("the interrupt button silences the browser", async () => {
  const caller = await listener();
  await caller.interrupt();
  const cancelled = await caller.next("ttsCancelled");
  await expectSilence(caller, cancelled.at);
  await caller.close();
});

test("typing over the agent silences its story", async () => {
  const caller = await listener();
  await caller.sendText("Stop");
  await caller.next("ttsCancelled");
  const reply = await caller.next("llm", { fits: ({ args }) => /You said/.test(String(args[0])) });
  expect(reply.args[0]).toBe("You said: Stop");
  await caller.close();
});
