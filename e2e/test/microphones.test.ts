import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MicrophoneKind } from "../pages/harness.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { CliServer } from "../src/cli-server.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { shareHeard, wordsOf } from "../src/recogniser.ts";

let server: CliServer;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  [server, pages, browser] = await Promise.all([CliServer.start(), servePages(), openChromium()]);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  await pages.close();
});

const call = (): Promise<Caller> =>
  Caller.call({ browser, pages, signallingUrl: server.signallingUrl });

test.each<MicrophoneKind>(["mono", "stereo", "8 kHz"])(
  "a %s microphone is understood",
  async (kind) => {
    const caller = await call();
    await caller.share(kind);
    await caller.say("go-somewhere");
    const said = await caller.transcript();
    const words = ["go", "somewhere", "and", "do", "something"];
    expect(shareHeard(words, wordsOf(said)), said).toBeGreaterThanOrEqual(0.6);
    await caller.close();
  },
);

test("a silent microphone starts no turn, and the call can be typed into", async () => {
  const caller = await call();
  await caller.share("mono");
  await caller.sendText("Hello");
  await caller.next("ttsComplete");
  expect(caller.events.map(({ name }) => name)).not.toContain("speechStart");
  await caller.close();
});

test("without a microphone the call can be typed into", async () => {
  const caller = await call();
  await caller.sendText("Hello");
  await caller.next("ttsStart");
  await caller.until("audible", 100);
  await caller.close();
});
