import type { TurnTimings } from "@metered/llmrtc-core";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { Recogniser, shareHeard, wordsOf } from "../src/recogniser.ts";

const story = "The lighthouse keeper counted every ship that passed the rocks. ".repeat(10);

let agent: Agent;
let pages: PageServer;
let browser: Browser;
let recogniser: Recogniser;
const reported: TurnTimings[] = [];
const requests: string[][] = [];

beforeAll(async () => {
  recogniser = new Recogniser();
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
  await Promise.all([pages.close(), recogniser.close()]);
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
  // not, and knows neither the way to the server, which is long on a busy machine, nor the speaker's
  // delay.
  const inPageMs = audibleAt - spokenUntil;
  expect(timings.audibleMs).toBeGreaterThan(inPageMs - 1_500);
  expect(timings.audibleMs).toBeLessThan(inPageMs + 1_500);
  await caller.close();
});

test("an answer that is interrupted says how much of it was heard, and so does the history", async () => {
  const caller = await Caller.call({ browser, pages, signallingUrl: agent.signallingUrl });
  const askedAt = await caller.now();
  await caller.sendText("Tell me a story");
  await caller.next("ttsStart");
  const audibleAt = await caller.until("audible", 60, askedAt);
  await caller.until("audible", 500, audibleAt + 1_500);
  const interruptedAt = await caller.now();
  await caller.interrupt();
  const timings = await timingsOf(caller);
  expect(timings).toMatchObject({ from: "text", attested: true, interrupted: true });
  const silentAt = await caller.until("silent", 1_000, interruptedAt);
  // A sentence begins and ends more quietly than the page can hear, and its jitter buffer may play a
  // little faster; where the sound stops for a moment, the page counts what the server does not.
  const inPageMs = silentAt - audibleAt;
  expect(timings.heardMs).toBeLessThan(inPageMs + 500);
  expect(timings.heardMs).toBeGreaterThan(inPageMs / 2);

  await caller.sendText("Thanks");
  await timingsOf(caller);
  const remembered = requests.at(-1)?.at(-2) ?? "";
  expect(`assistant: ${story}`).toContain(remembered);
  const heard = await recogniser.words(await caller.heard(audibleAt - 100, silentAt + 100));
  expect(shareHeard(wordsOf(remembered).slice(1), heard), heard.join(" ")).toBeGreaterThan(0.6);
  await caller.close();
});
