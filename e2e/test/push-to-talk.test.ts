import { openChromium } from "@metered/llmrtc-testing/chromium";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { Caller } from "../src/caller.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { shareHeard, wordsOf } from "../src/recogniser.ts";

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

async function caller(options: Partial<Parameters<typeof Caller.call>[0]> = {}): Promise<Caller> {
  const { signallingUrl } = agent;
  const one = await Caller.call({ browser, pages, signallingUrl, ...options });
  await one.share("mono");
  return one;
}

const names = (one: Caller) => one.events.map(({ name }) => name);

test.each(["webrtc", "websocket"] as const)(
  "push-to-talk over %s: all that is said while the button is pressed, and nothing else, is answered",
  async (transport) => {
    const one = await caller({ turnDetection: "manual", transport });
    await one.say("go-somewhere"); // to somebody in the room
    expect(names(one)).not.toContain("speechStart");

    await one.press("startTurn");
    await one.next("speechStart");
    await one.say("go-forward");
    await one.press("endTurn");
    await one.next("speechEnd");
    const words = wordsOf(await one.transcript());
    expect(shareHeard(["go", "forward"], words)).toBe(1);
    expect(words).not.toContain("somewhere");
    await one.next("ttsComplete");
    const { args } = await one.next("turnTimings");
    expect(args[0]).toMatchObject({ endOfTurnReason: "manual" });
    expect(names(one).filter((name) => name === "speechStart")).toHaveLength(1);
    await one.close();
  },
);

test("pressing the button interrupts the agent, and a turn taken back is no turn", async () => {
  const one = await caller({ turnDetection: "manual" });
  await one.sendText("Tell me a story");
  await one.transcript();
  await one.next("ttsStart");
  await one.until("audible", 500);
  await one.press("startTurn");
  const cancelled = await one.next("ttsCancelled");
  expect(await one.until("silent", 1_000, cancelled.at)).toBeLessThan(cancelled.at + 300);
  await one.say("go-forward");
  await one.press("cancelTurn");
  await one.next("speechEnd");

  await one.sendText("Good bye");
  await one.next("transcript", { fits: ({ args }) => args[0] === "Good bye" });
  const reply = await one.next("llm", { fits: ({ args }) => /You said/.test(String(args[0])) });
  expect(reply.args[0]).toBe("You said: Good bye");
  await one.close();
});

test("muting in mid-sentence ends the turn: what was said so far is answered", async () => {
  const one = await caller();
  const speaking = one.say("rather-selfish");
  await one.next("transcript", { fits: ({ args }) => String(args[0]).length > 0 });
  await one.mute(true);
  const muted = await one.now();
  const ended = await one.next("speechEnd");
  expect(ended.at).toBeGreaterThan(0);
  const reply = await one.next("llm", { fits: ({ args }) => /You said: \w/.test(String(args[0])) });
  const { args } = await one.next("turnTimings", { fits: ({ args }) => args.length > 0 });
  expect(args[0]).toMatchObject({ endOfTurnReason: "manual" });
  expect(reply.at).toBeGreaterThan(muted);
  await speaking;
  await one.close();
});
