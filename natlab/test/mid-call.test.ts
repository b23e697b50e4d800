import { afterAll, beforeAll, expect, test } from "vitest";
import type { StoryResult } from "../pages/story.ts";
import { agentHost } from "../src/addresses.ts";
import { type CallingLab, openCallingLab } from "../src/calling-lab.ts";
import { type MidCallEvent, midCallEvents } from "../src/mid-call-events.ts";
import { saveMidCall } from "../src/mid-call-report.ts";

/** The client gives up after a minute of trying; by then it must have said so. */
const watchMs = 90_000;
const results = new Map<MidCallEvent, StoryResult>();
let calling: CallingLab;

beforeAll(async () => {
  calling = await openCallingLab("go-forward");
});

afterAll(async () => {
  await calling.close();
  if (results.size === midCallEvents.length) saveMidCall(results);
});

async function tell(event: MidCallEvent): Promise<StoryResult> {
  const { lab, browser } = calling;
  await lab.roam("wifi");
  await lab.setNetwork("wifi", event.network);
  await lab.setNetwork("cellular", event.network);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`https://${agentHost("public", event.ice)}/call`);
    const began = await page.evaluate(async () => {
      globalThis.story = new globalThis.natlab.StoryCall();
      await globalThis.story.start();
      return performance.now();
    });
    await event.happen(calling);
    const result = await page.evaluate(async ([began, ms]) => globalThis.story?.watch(began, ms), [
      began,
      watchMs,
    ] as const);
    if (!result) throw new Error("the page has no call");
    return result;
  } finally {
    await context.close();
  }
}

test.each(midCallEvents.map((event) => [event.name, event] as const))(
  "a call recovers or ends with a reason: %s",
  async (_, event) => {
    const result = await tell(event);
    results.set(event, result);
    if (process.env["NATLAB_PRINT"]) process.stderr.write(`RESULT ${event.name}: ${JSON.stringify(result)}\n`);
    const story = `${JSON.stringify(result)}\n${calling.agent.log.slice(-2000)}`;
    expect(result.recovered || result.endedWith !== undefined, story).toBe(true);
  },
  180_000,
);
