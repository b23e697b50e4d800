import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { CliServer } from "../src/cli-server.ts";
import { microphoneFile } from "../src/microphone-file.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { type StunServer, startStun } from "../src/stun-server.ts";
import { Recogniser, shareHeard, wordsOf } from "../src/recogniser.ts";

let server: CliServer;
let pages: PageServer;
let recogniser: Recogniser;
let stun: StunServer;
let browser: Browser;
let microphone: Awaited<ReturnType<typeof microphoneFile>>;

beforeAll(async () => {
  recogniser = new Recogniser();
  microphone = await microphoneFile("go-somewhere", { leadMs: 1_500, tailMs: 30_000 });
  [server, pages, stun, browser] = await Promise.all([
    CliServer.start(),
    servePages(),
    startStun(),
    openChromium({ microphone: microphone.file }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await server.stop();
  stun.close();
  await Promise.all([pages.close(), recogniser.close(), microphone.remove()]);
});

const call = (): Promise<Caller> =>
  Caller.call({ browser, pages, signallingUrl: server.signallingUrl });

test("a person speaks and hears an answer, with no key and no internet", async () => {
  const caller = await call();
  await caller.share("device");

  const said = await caller.transcript();
  expect(shareHeard(wordsOf("go somewhere and do something"), wordsOf(said))).toBeGreaterThan(0.7);

  const reply = String((await caller.next("llm")).args[0]);
  const { at: from } = await caller.next("ttsStart");
  const { at: to } = await caller.next("ttsComplete");
  const heard = await recogniser.words(await caller.heard(from - 100, to + 500));
  expect(shareHeard(wordsOf(reply), heard), `${reply} / ${heard.join(" ")}`).toBeGreaterThan(0.6);

  const order = caller.events.map(({ name }) => name);
  const first = ["speechStart", "speechEnd", "ttsStart", "ttsComplete"].map((name) =>
    order.indexOf(name),
  );
  expect(first).toEqual([...first].sort((a, b) => a - b));
  await caller.close();
});

test("a question can be typed instead", async () => {
  const caller = await call();
  await caller.sendText("What is twelve plus thirty?");

  const reply = String((await caller.next("llm")).args[0]);
  expect(reply).toMatch(/42|forty[- ]two/i);

  const { at: from } = await caller.next("ttsStart");
  const { at: to } = await caller.next("ttsComplete");
  const heard = await recogniser.words(await caller.heard(from - 100, to + 500));
  expect(heard.join(" ")).toMatch(/42|forty two/);
  await caller.close();
});

test("the published v1 client has a full spoken turn with this server", async () => {
  const caller = await Caller.call({
    browser,
    pages,
    client: "v1",
    signallingUrl: server.signallingUrl,
    // A v1 client without a list would ask a STUN server on the internet.
    iceServers: [{ urls: stun.url }],
  });
  await caller.share("mono");
  await caller.say("go-forward");

  const said = await caller.transcript();
  expect(wordsOf(said)).toEqual(expect.arrayContaining(["go", "forward"]));
  const reply = String((await caller.next("llm")).args[0]);
  const { at: from } = await caller.next("ttsStart");
  const { at: to } = await caller.next("ttsComplete");
  const heard = await recogniser.words(await caller.heard(from - 100, to + 500));
  expect(shareHeard(wordsOf(reply), heard), `${reply} / ${heard.join(" ")}`).toBeGreaterThan(0.6);
  await caller.close();
});
