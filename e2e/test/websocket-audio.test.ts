import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, startAgent } from "../src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { closeFirewall, openFirewall, withoutWebCodecs } from "../src/firewall.ts";
import { loudness } from "../src/loudness.ts";
import { type PageServer, servePages } from "../src/page-server.ts";
import { Recogniser, shareHeard, wordsOf } from "../src/recogniser.ts";

const answer = "The lighthouse keeper counted every ship that passed the rocks.";
const story = `${answer} `.repeat(10);

let agent: Agent;
let pages: PageServer;
let browser: Browser;
let recogniser: Recogniser;

beforeAll(async () => {
  recogniser = new Recogniser();
  [agent, pages, browser] = await Promise.all([
    startAgent((said) => (/story/i.test(said) ? story : answer)),
    servePages(),
    openChromium(),
  ]);
});

afterAll(async () => {
  await browser.close();
  await agent.server.stop();
  await Promise.all([pages.close(), recogniser.close()]);
});

const call = (options: Partial<Parameters<typeof Caller.call>[0]>): Promise<Caller> =>
  Caller.call({ browser, pages, signallingUrl: agent.signallingUrl, ...options });

/** The agent tells its story, and the caller hears it. */
async function listen(caller: Caller): Promise<void> {
  await caller.share("mono");
  const asked = await caller.now();
  await caller.sendText("Tell me a story");
  expect(await caller.transcript()).toBe("Tell me a story");
  await caller.next("ttsStart");
  await caller.until("audible", 500, asked);
}

/** The caller speaks over the agent: silence at once, and a whole turn about what was said. */
async function expectBargeIn(caller: Caller): Promise<void> {
  const speaking = caller.say("go-forward");
  const { at } = await caller.next("ttsCancelled");
  const silentAt = await caller.until("silent", 1_000, at);
  // In the middle of a sentence, which lasts more than 3 s.
  expect(silentAt - at, "ms until the speaker was silent").toBeLessThan(1_000);
  expect(loudness(await caller.heard(silentAt, silentAt + 1_000))).toBeLessThan(0.002);
  await speaking;

  expect(wordsOf(await caller.transcript())).toEqual(expect.arrayContaining(["go", "forward"]));
  const { at: from } = await caller.next("ttsStart");
  const { at: to } = await caller.next("ttsComplete");
  const heard = await recogniser.words(await caller.heard(from - 100, to + 500));
  expect(shareHeard(wordsOf(answer), heard), heard.join(" ")).toBeGreaterThan(0.7);
}

test("a caller whom WebRTC cannot reach talks over the WebSocket within seconds, and interrupts", async () => {
  const caller = await call({ prepare: closeFirewall });
  expect(caller.connectMs).toBeLessThan(10_000); // the browser itself gives up after 15 s
  const [report] = (await caller.next("connectionReport")).args;
  expect(report).toMatchObject({ kind: "websocket", why: "webrtc-slow", attempts: 1 });
  await listen(caller);
  await expectBargeIn(caller);
  expect(await caller.state()).toBe("connected");
  await caller.close();
});

test("the call climbs back to WebRTC in the middle of a sentence when the network allows", async () => {
  const caller = await call({ prepare: closeFirewall });
  await caller.next("connectionReport");
  await caller.next("ttsTrack");
  await listen(caller);
  await openFirewall(caller.page);
  const { at, args } = await caller.next("connectionReport");
  expect(args[0]).toMatchObject({ kind: "webrtc", relayed: false, why: "webrtc-back" });
  await caller.next("ttsTrack");
  await caller.until("audible", 500, at);
  expect(caller.events.map(({ name }) => name)).not.toContain("ttsCancelled");
  expect(caller.events.filter(({ name }) => name === "stateChange")).toHaveLength(2);
  await caller.interrupt();
  await caller.until("silent", 1_000, (await caller.next("ttsCancelled")).at);
  await caller.close();
});

test("a browser without WebCodecs sends and hears PCM", async () => {
  const caller = await call({ prepare: withoutWebCodecs, transport: "websocket" });
  const [report] = (await caller.next("connectionReport")).args;
  expect(report).toMatchObject({ kind: "websocket", why: "only-choice", attempts: 0 });
  await listen(caller);
  await expectBargeIn(caller);
  await caller.close();
});

test("over the WebSocket a muted microphone is not heard, nor one that another has replaced", async () => {
  const caller = await call({ transport: "websocket" });
  await caller.share("mono");
  await caller.mute(true);
  await caller.say("go-somewhere");
  await caller.mute(false);
  await caller.say("go-forward");
  expect(wordsOf(await caller.transcript())).toEqual(expect.arrayContaining(["go", "forward"]));
  await caller.next("ttsComplete");

  await caller.share("stereo"); // in the middle of the call, as when a headset is plugged in
  await caller.say("go-somewhere");
  expect(wordsOf(await caller.transcript())).toContain("somewhere");
  const starts = caller.events.filter(({ name }) => name === "speechStart");
  expect(starts).toHaveLength(2);
  await caller.close();
});
