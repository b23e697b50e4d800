import { openChromium } from "@metered/llmrtc-testing/chromium";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { Caller } from "../src/caller.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { Recogniser, shareHeard, wordsOf } from "../src/recogniser.ts";

const greeting = "Good morning. This is the library. How can I help you?";
const recogniser = new Recogniser();

let agent: Agent;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  [agent, pages, browser] = await Promise.all([
    startAgent((said) => `You said: ${said}`, {
      greeting,
      silence: {
        promptAfterMs: 2_000,
        prompt: "Are you still there?",
        hangUpAfterMs: 6_000,
        farewell: "Good bye.",
      },
    }),
    servePages(),
    openChromium(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await pages.close();
  await recogniser.close();
});

test.each(["webrtc", "websocket"] as const)(
  "the agent greets; a caller who says nothing is asked, and then hung up on: over %s",
  async (transport) => {
    const { signallingUrl } = agent;
    const caller = await Caller.call({ browser, pages, signallingUrl, transport });
    const said = await caller.next("llm");
    expect(said.args[0]).toBe(greeting);
    const track = await caller.next("ttsTrack");
    const complete = await caller.next("ttsComplete");
    const heard = await recogniser.words(await caller.heard(track.at, complete.at));
    expect(shareHeard(wordsOf(greeting), heard)).toBeGreaterThan(0.7);

    const prompt = await caller.next("llm");
    expect(prompt.args[0]).toBe("Are you still there?");
    expect(prompt.at - complete.at).toBeGreaterThan(1_500);
    expect((await caller.next("llm")).args[0]).toBe("Good bye.");
    expect((await caller.next("hangUp")).args).toEqual(["silence"]);
    await caller.next("stateChange", { fits: ({ args }) => args[0] === "closed" });
    expect(caller.events.filter(({ name }) => name === "reconnecting")).toEqual([]);
    expect(await caller.state()).toBe("closed");
    await caller.close();
  },
);
