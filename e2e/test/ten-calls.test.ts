import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { type PageServer, servePages } from "../src/page-server.ts";

const megabyte = 1024 * 1024;

let agent: Agent;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  [agent, pages, browser] = await Promise.all([
    startAgent((said) => `You said ${said}`),
    servePages(),
    openChromium(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await pages.close();
});

/** One whole call with a spoken or a typed turn. */
async function callOnce(turn: "spoken" | "typed"): Promise<void> {
  const left = new Promise((resolve) => {
    agent.server.once("disconnect", resolve);
  });
  const caller = await Caller.call({ browser, pages, signallingUrl: agent.signallingUrl });
  await caller.share("mono");
  await (turn === "spoken" ? caller.say("go-forward") : caller.sendText("Goodbye"));
  await caller.next("ttsComplete");
  await caller.close();
  await left;
}

/** What keeps this process alive, counted by kind. Sockets of HTTP and of the browser come and go. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const listeners = (): number =>
  process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0);

test("ten calls one after another leave nothing behind", { timeout: 300_000 }, async () => {
  await callOnce("spoken");
  await callOnce("typed"); // what is made once and kept is made by now
  const before = { resources: resources(), listeners: listeners(), rss: process.memoryUsage().rss };

  for (let i = 0; i < 10; i++) await callOnce(i % 2 === 0 ? "spoken" : "typed");

  // Sockets need a moment to leave the list after their close; poll, but not for ever.
  const more = (): string[] =>
    Object.entries(resources()).flatMap(([kind, count]) => {
      const extra = count - (before.resources[kind] ?? 0);
      return extra > 0 ? [`${extra} more ${kind}`] : [];
    });
  await expect.poll(more, { timeout: 20_000 }).toEqual([]);
  expect(agent.server.sessionCount).toBe(0);
  expect(listeners()).toBe(before.listeners);
  expect((process.memoryUsage().rss - before.rss) / megabyte).toBeLessThan(60);
});
