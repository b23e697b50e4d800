import { connectionReasons } from "@metered/llmrtc-core";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StoryResult } from "../pages/story.ts";
import { agentHost } from "../src/addresses.ts";
import { type CallingLab, openCallingLab } from "../src/calling-lab.ts";
import {
  anotherNetwork,
  type MidCallEvent,
  midCallEvents,
  signallingCut,
} from "../src/mid-call-events.ts";
import { saveWhenWhole } from "../src/kept-results.ts";
import { saveMidCall } from "../src/mid-call-report.ts";

/** The client looks for its call for a minute; by then the voice must be back. */
const watchMs = 90_000;
/** Five tries to begin anew follow, further and further apart; by then it must have given up. */
const watchTheEndMs = 180_000;
const everything = process.env["NATLAB"] === "all";
const tried = everything ? midCallEvents : [anotherNetwork, signallingCut];
/** What a call may end with: a reason that says something. */
const reasons = connectionReasons.filter((reason) => reason !== "other");
/** A median needs several. */
const changes = 5;
const results = new Map<MidCallEvent, StoryResult[]>();
let calling: CallingLab;

beforeAll(async () => {
  calling = await openCallingLab("go-forward");
});

afterAll(async () => {
  await calling.close();
  if (!everything) return;
  if ((results.get(anotherNetwork) ?? []).length < changes) results.delete(anotherNetwork);
  saveWhenWhole({
    part: "mid-call",
    subjects: midCallEvents,
    nameOf: ({ name }) => name,
    rows: results,
    save: saveMidCall,
  });
});

async function tell(event: MidCallEvent): Promise<StoryResult> {
  const { lab, browser } = calling;
  await lab.setLink("wifi", "up");
  await lab.roam("wifi");
  await lab.setNetwork("wifi", event.network);
  await lab.setNetwork("cellular", event.network);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`https://${agentHost("public", event.ice)}/call`);
    await page.evaluate(async () => {
      globalThis.story = new globalThis.natlab.StoryCall();
      await globalThis.story.start();
    });
    await delay(event.afterMs ?? 0);
    const now = (): Promise<number> => page.evaluate(() => performance.now());
    const eventAt = await now();
    await event.happen(calling);
    const wholeAt = event.outage ? await now() : eventAt;
    const result = await page.evaluate((watch) => globalThis.story?.watch(watch), {
      eventAt,
      wholeAt,
      leastMs: event.thenMs ?? 0,
      mostMs: event.ends ? watchTheEndMs : watchMs,
    });
    if (!result) throw new Error("the page has no call");
    results.set(event, [...(results.get(event) ?? []), result]);
    return result;
  } finally {
    await context.close();
  }
}

test.each(tried.map((event) => [event.name, event] as const))(
  "a call recovers in time or ends with a reason: %s",
  async (_, event) => {
    const result = await tell(event);
    const story = `${JSON.stringify(result)}\n${calling.agent.log.slice(-2000)}`;
    if (event.ends) expect(result.recovered, story).toBe(false);
    if (result.recovered) expect(result.backMs, story).toBeLessThan(event.backWithinMs);
    else expect(reasons, story).toContain(result.ended?.reason);
    expect(event.proof?.(calling) ?? true, calling.turn.log).toBe(true);
  },
  240_000,
);

if (everything) {
  test("after a change of network the voice is back within 2 s, in the median", async () => {
    while ((results.get(anotherNetwork) ?? []).length < changes) await tell(anotherNetwork);
    const backMs = (results.get(anotherNetwork) ?? []).map((result) => result.backMs);
    backMs.sort((a, b) => a - b);
    expect(backMs[backMs.length >> 1], backMs.join(", ")).toBeLessThanOrEqual(2000);
  }, 240_000);
}
