import type { Message } from "@metered/llmrtc-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { loudness } from "../src/loudness.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { Recogniser, shareHeard, wordsOf } from "../src/recogniser.ts";

const story = "The lighthouse keeper counted every ship that passed the rocks. ";

let agent: Agent;
/** Cuts off everybody who pauses. */
let hasty: Agent;
let pages: PageServer;
let browser: Browser;
const asked: (readonly Message[])[] = [];

beforeAll(async () => {
  const answer = (said: string): string =>
    /long story/i.test(said) ? story.repeat(10) : /story/i.test(said) ? story : `You said: ${said}`;
  [agent, hasty, pages, browser] = await Promise.all([
    startAgent(answer),
    startAgent(
      (said, messages) => {
        asked.push(messages);
        return `You said: ${said}`;
      },
      // So late that a slow machine, which says it late, does not matter.
      {
        endOfTurn: { model: false, silenceMs: 300 },
        interruptions: { withdrawWithinMs: 3_000 },
      },
    ),
    servePages(),
    openChromium(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await hasty.server.stop();
  await pages.close();
});

async function call({ signallingUrl }: Agent): Promise<Caller> {
  const caller = await Caller.call({ browser, pages, signallingUrl });
  await caller.share("mono");
  return caller;
}

/** A caller to whom the agent tells something. */
async function listener(request: string): Promise<Caller> {
  const caller = await call(agent);
  await caller.sendText(request);
  await caller.transcript();
  await caller.next("ttsStart");
  return caller;
}

test("a nod pauses the agent, who goes on with the word that it broke", async () => {
  const caller = await listener("Tell me a story");
  const began = await caller.until("audible", 500);
  const nodding = caller.say("mm-hm");

  const paused = await caller.next("ttsPaused");
  const silentAt = await caller.until("silent", 100, paused.at - 50);
  const resumed = await caller.next("ttsResumed");
  const heard = await caller.heard(Math.max(silentAt, paused.at), resumed.at);
  expect(loudness(heard)).toBeLessThan(0.002);
  await nodding;

  const complete = await caller.next("ttsComplete");
  const recogniser = new Recogniser();
  const whole = await recogniser.words(await caller.heard(began, complete.at + 500));
  await recogniser.close();
  expect(shareHeard(wordsOf(story), whole), whole.join(" ")).toBeGreaterThanOrEqual(0.9);
  const names = caller.events.map(({ name }) => name);
  expect(names).not.toContain("ttsCancelled");
  expect(names.filter((name) => name === "transcript")).toHaveLength(1); // what was typed
  expect(names.filter((name) => name === "speechStart")).toHaveLength(1);
  expect(names.filter((name) => name === "speechEnd")).toHaveLength(1);
  await caller.close();
});

test("a word that asks for the floor is enough, however short", async () => {
  const caller = await listener("Tell me a long story");
  await caller.until("audible", 500);
  await caller.say("stop");
  const cancelled = await caller.next("ttsCancelled");
  const silentAt = await caller.until("silent", 100, cancelled.at);
  expect(silentAt - cancelled.at).toBeLessThan(300);
  expect(wordsOf(await caller.transcript())).toEqual(["stop"]);
  await caller.close();
});

test("who is cut off and goes on has one turn, one entry and one answer", async () => {
  const caller = await call(hasty);
  await caller.say("go-somewhere");
  await caller.next("ttsStart");
  await caller.say("go-forward");
  const withdrawn = await caller.next("turnWithdrawn");
  const { turnId } = withdrawn.args[1] as { readonly turnId: string };

  const reply = await caller.next("llm", {
    fits: ({ args }) => (args[1] as { readonly turnId: string }).turnId === withdrawn.args[0],
  });
  expect(String(reply.args[0])).toMatch(/somewhere.*forward/i);
  await caller.until("audible", 300, reply.at); // the speaker that was silenced is not left so
  await caller.next("ttsComplete");
  const users = asked.at(-1)?.filter(({ role }) => role === "user") ?? [];
  expect(users.map(({ content }) => content)).toHaveLength(1);
  expect(asked.at(-1)?.filter(({ role }) => role === "assistant")).toEqual([]);
  const after = caller.events.slice(caller.events.indexOf(withdrawn) + 1);
  const late = after.filter(({ name }) => /llm|transcript|ttsStart/.test(name));
  expect(late.map(({ args }) => args.at(-1))).not.toContainEqual({ turnId });
  await caller.close();
});
