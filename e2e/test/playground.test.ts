import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { CliServer } from "../src/cli-server.ts";
import { microphoneFile } from "../src/microphone-file.ts";
import { shareHeard, wordsOf } from "../src/recogniser.ts";

let server: CliServer;
let browser: Browser;
let microphone: Awaited<ReturnType<typeof microphoneFile>>;

beforeAll(async () => {
  microphone = await microphoneFile("go-somewhere", { leadMs: 1_500, tailMs: 60_000 });
  [server, browser] = await Promise.all([
    CliServer.start(),
    openChromium({ microphone: microphone.file }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([server.stop(), microphone.remove()]);
});

interface Opening {
  readonly width?: number;
  readonly refusal?: string;
  readonly prepare?: (page: Page) => Promise<unknown>;
}

async function open(options: Opening = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 800 },
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", ({ message }) => faults.push(message));
  page.on("close", () => {
    expect(faults).toEqual([]);
  });
  if (options.refusal) {
    await page.addInitScript((name) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", name));
    }, options.refusal);
  }
  await options.prepare?.(page);
  await page.goto(server.url);
  return page;
}

async function start(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("#state", { hasText: "Connected" }).waitFor();
}

const close = (page: Page) => page.context().close();

describe("the playground", () => {
  test("shows what the caller says and what the agent answers, as it is said", async () => {
    const page = await open();
    await start(page);
    const said = page.locator(".bubble.you:not(.interim)");
    await said.waitFor();
    const words = wordsOf((await said.textContent()) ?? "");
    expect(shareHeard(wordsOf("go somewhere and do something"), words)).toBeGreaterThan(0.7);

    const answer = page.locator(".bubble.agent");
    await answer.waitFor();
    await page.locator(".bubble.agent .unsaid", { hasText: /\w/ }).waitFor();
    await page.locator("#log", { hasText: "tts-complete" }).waitFor();
    expect(await page.locator(".bubble.agent .unsaid").textContent()).toBe("");
    await close(page);
  });

  test("says that its brain is a demo, and answers what is typed", async () => {
    const page = await open({ refusal: "NotFoundError" });
    await page.getByText("rule-based demo").waitFor();
    await page.locator("#facts", { hasText: "not a language model" }).waitFor();
    await start(page);
    await page.getByLabel("Message").fill("What is twelve times seven?");
    await page.keyboard.press("Enter");
    await page.locator(".bubble.you", { hasText: "twelve times seven" }).waitFor();
    await page.locator(".bubble.agent", { hasText: "84" }).waitFor();
    await close(page);
  });

  test("interrupts the agent", async () => {
    const page = await open({ refusal: "NotFoundError" });
    await start(page);
    await page.getByLabel("Message").fill("What can you do?");
    await page.keyboard.press("Enter");
    await page.locator("#log", { hasText: "tts-start" }).waitFor();
    await page.getByRole("button", { name: "Interrupt" }).click();
    await page.locator(".bubble.agent.interrupted").waitFor();
    await close(page);
  });

  test("mutes and unmutes", async () => {
    const page = await open();
    await start(page);
    await page.locator("#mute:enabled").click();
    await page.getByRole("button", { name: "Unmute", pressed: true }).click();
    await page.getByRole("button", { name: "Mute", pressed: false }).waitFor();
    await close(page);
  });

  test("talks while the space bar is held", async () => {
    const page = await open();
    await page.getByRole("switch", { name: "Push to talk" }).check();
    await page.getByText("Hold to talk").waitFor();
    await start(page);
    await page.locator("#talk:enabled").waitFor();
    await page.keyboard.down("Space");
    await page.getByText("release to send").waitFor();
    await page.locator(".bubble.you").waitFor(); // a guess, in the pause after the clip
    expect(await page.locator("#log", { hasText: "speech-end" }).count()).toBe(0);
    await page.keyboard.up("Space");
    const said = page.locator(".bubble.you:not(.interim)");
    await said.waitFor();
    const words = wordsOf((await said.textContent()) ?? "");
    expect(shareHeard(wordsOf("go somewhere and do something"), words)).toBeGreaterThan(0.7);
    await page.locator("#log", { hasText: "tts-start" }).waitFor();

    await page.keyboard.down("Space"); // over the agent
    await page.locator(".bubble.agent.interrupted").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("Hold to talk").waitFor();
    await close(page);
  });

  test.each([
    ["NotAllowedError", /address bar/],
    ["NotFoundError", /Plug in a microphone/],
    ["NotReadableError", /Close other programs/],
  ])("says what to do about a microphone that gives %s", async (refusal, remedy) => {
    const page = await open({ refusal });
    await start(page);
    await page.getByRole("alert").getByText(remedy).waitFor();
    await page.getByRole("alert").getByRole("button", { name: "Try again" }).waitFor();
    await close(page);
  });

  test("says that the server is lost", async () => {
    const lost = await CliServer.start();
    const page = await open({ refusal: "NotFoundError" });
    await page.goto(lost.url);
    await start(page);
    await lost.stop();
    await page.locator("#state", { hasText: "Reconnecting" }).waitFor();
    await page.getByRole("alert").getByText("The connection was lost").waitFor();
    await close(page);
  });

  test("checks the connection, and gives a report to send to support", async () => {
    const page = await open();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write", "microphone"]);
    await page.getByRole("button", { name: "Check my connection" }).click();
    const panel = page.getByRole("dialog", { name: "Check my connection" });
    await panel.getByText("Say something").waitFor();
    await panel.locator("#check-verdict[data-verdict=ok]").waitFor();
    await panel.getByText("Calls go the direct way").waitFor();
    await panel.locator(".ladder [data-state=likely]", { hasText: "Direct" }).waitFor();
    await panel.getByText("Hears you").waitFor();
    await panel.getByRole("button", { name: "Copy report" }).click();
    await panel.getByRole("button", { name: "Copied" }).waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^LLMRTC connection check, 20.*\nOK: Calls go the direct way/);
    await panel.getByRole("button", { name: "Close" }).click();
    await panel.waitFor({ state: "hidden" });
    await start(page); // and a call goes on as if nothing had been
    await page.locator("#facts", { hasText: "direct over UDP" }).waitFor();
    await close(page);
  });

  test("offers the check when the server cannot be reached, which says so", async () => {
    const lost = await CliServer.start();
    const page = await open({ refusal: "NotAllowedError" });
    await page.goto(lost.url);
    await lost.stop();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.locator("#state", { hasText: "Reconnecting" }).waitFor();
    await page.getByRole("alert").getByRole("button", { name: "Check my connection" }).click();
    const panel = page.getByRole("dialog");
    await panel.getByText("No call can be made from here.").waitFor();
    await panel.getByText("must let WebSockets (wss://) through").waitFor();
    await panel.getByText("Allow the microphone for this site").waitFor();
    await close(page);
  });

  test("says that a check broke off, instead of running for ever", async () => {
    const page = await open();
    await page.evaluate(() => {
      Object.defineProperty(navigator, "userAgent", {
        get: () => {
          throw new Error("a browser like no other");
        },
      });
    });
    await page.getByRole("button", { name: "Check my connection" }).click();
    const panel = page.getByRole("dialog", { name: "Check my connection" });
    await panel.locator("#check-verdict[data-verdict=failed]").waitFor();
    await panel.getByText("The check broke off").waitFor();
    expect(await panel.locator("[data-verdict=running], [data-state=running]").count()).toBe(0);
    await close(page);
  });

  test("says that the check could not be loaded", async () => {
    const page = await open({
      prepare: (page) =>
        page.route("**/chunks/*", async (route) => {
          const response = await route.fetch();
          const isCheck = (await response.text()).includes("LLMRTC connection check");
          await (isCheck ? route.abort() : route.fulfill({ response }));
        }),
    });
    await page.getByRole("button", { name: "Check my connection" }).click();
    await page.locator("#check-verdict[data-verdict=failed]").waitFor();
    await page.getByText("The check broke off").waitFor();
    await close(page);
  });

  test("fits a phone", async () => {
    const page = await open({ width: 360, refusal: "NotFoundError" });
    await start(page);
    const overflow = () =>
      page.evaluate(() => {
        const limit = document.documentElement.clientWidth;
        return [...document.querySelectorAll("body *")]
          .filter((one) => one.getBoundingClientRect().right > limit + 1)
          .map((one) => one.id || one.className);
      });
    expect(await overflow()).toEqual([]);
    await page.getByRole("button", { name: "Check my connection" }).click();
    await page.locator("#check-copy:enabled").waitFor();
    expect(await overflow()).toEqual([]);
    await close(page);
  });
});
