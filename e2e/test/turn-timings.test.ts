import type { TurnTimings } from "@metered/llmrtc-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { type PageServer, servePages } from "../src/page-server.ts";

const story = "The lighthouse keeper counted every ship that passed the rocks. ".repeat(10);

let agent: Agent;
let pages: PageServer;
let browser: Browser;
const reported: TurnTimings[] = [];
const requests: string[][] = [];

beforeAll(async () => {
  [agent, pages, browser] = await Promise.all([
    startAgent((said) => (/story/i.test(said) ? story : "All right."), {
      hooks: {
        onTurnTimings: (_, timings) => void reported.push(timings),
        onLLMStart: (_, { messages }) =>
          void requests.push(messages.map(({ role, content }) => `${role}: ${content}`)),
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
});

async function timingsOf(caller: Caller): Promise<TurnTimings> {
  const { args } = await caller.next("turnTimings");
  return args[0] as TurnTimings;
}

test("each turn tells where its time went, up to the caller's ear", async () => {
  const caller = await Caller.call({ browser, pages, signallingUrl: agent.signallingUrl });
  await caller.share("mono");
  const spokenUntil = await caller.say("go-forward");
  const audibleAt = await caller.until("audible", 60, spokenUntil);
  const timings = await timingsOf(caller);

  expect(reported).toEqual([timings]);
  expect(timings).toMatchObject({ from: "speech", attested: true, interrupted: false });
  expect(timings.endOfTurnReason).toBeTruthy();
  const stages = [
    timings.endOfTurnMs,
    timings.transcriptMs,
    timings.llmFirstTokenMs,
    timings.firstSentenceMs,
    timings.ttsFirstByteMs,
    timings.firstFrameMs,
    timings.audibleMs,
  ].map((ms) => ms ?? -1);
  expect(stages).toEqual([...stages].sort((a, b) => a - b));
  expect(stages[0]).toBeGreaterThan(0);
  expect(timings.heardMs).toBe(timings.spokenMs);
  // The page hears the speaker itself, but counts from the clip's end, which the last voiced frame is
  // not, and knows neither the way to the server nor the speaker's delay.
  const inPageMs = audibleAt - spokenUntil;
  expect(timings.audibleMs).toBeGreaterThan(inPageMs - 800);
  expect(timings.audibleMs).toBeLessThan(inPageMs + 800);
  await caller.close();
});

test("an answer that is interrupted says how much of it was heard, and so does the history", async () => {
  const caller = await Caller.call({ browser, pages, signallingUrl: agent.signallingUrl });
  await caller.sendText("Tell me a story");
  await caller.next("ttsStart");
  await caller.until("audible", 500);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  await caller.interrupt();
  const timings = await timingsOf(caller);
  expect(timings).toMatchObject({ from: "text", attested: true, interrupted: true });
  expect(timings.heardMs).toBeGreaterThan(1_500);
  expect(timings.heardMs).toBeLessThan(4_000);
  await caller.sendText("Thanks");
  await timingsOf(caller);
  expect(requests.at(-1)?.at(-2)).toMatch(/^assistant: The lighthouse keeper/);
  await caller.close();
});
