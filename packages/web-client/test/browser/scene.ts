import type * as Client from "@metered/llmrtc-web-client";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { AgentServer, type AgentServerOptions } from "./agent-server.ts";
import { openTestBrowser } from "./test-browser.ts";

declare global {
  // What the test page holds.
  var LLMRTC: typeof Client;
  var client: Client.LLMRTCWebClient;
  var log: unknown[][];
}

export const own: AgentServerOptions = {
  features: ["trickle", "text", "interim", "turn-id", "one-channel", "interrupt"],
};
export const v1: AgentServerOptions = {};

export interface Scene {
  readonly options: AgentServerOptions;
  /** Whether the page may use the microphone. */
  readonly microphone?: boolean;
  readonly config?: Partial<Client.WebClientConfig>;
  /** Browsers take `localhost` for secure, but not `agent.test`. */
  readonly host?: string;
}

/** Opens one browser for the tests of a file; every scene in it ends with its test. */
export function scenes() {
  let browser: Browser;
  let ends: (() => Promise<void>)[] = [];
  const atEnd = (end: () => Promise<void>): void => void ends.push(end);

  beforeAll(async () => {
    browser = await openTestBrowser();
  });
  afterEach(async () => {
    for (const end of ends.reverse()) await end();
    ends = [];
  });
  afterAll(async () => {
    await browser.close();
  });

  /** A server, and a page with a client for it that logs its events. */
  async function scene({ options, microphone = true, config = {}, host = "localhost" }: Scene) {
    const server = await AgentServer.start(options);
    const context = await browser.newContext({
      permissions: microphone ? ["microphone", "camera"] : [],
    });
    atEnd(() => server.close());
    atEnd(() => context.close());
    const page = await context.newPage();
    await page.goto(`http://${host}:${server.port}/`);
    await page.waitForFunction(() => document.title === "loaded");
    await page.evaluate(makeClient, [`ws://${host}:${server.port}`, config] as const);
    return { server, page };
  }
  return { scene, atEnd };
}

/** Runs in the page. */
function makeClient([signallingUrl, config]: readonly [
  string,
  Partial<Client.WebClientConfig>,
]): void {
  globalThis.log = [];
  globalThis.client = new LLMRTC.LLMRTCWebClient({ signallingUrl, ...config });
  const names = ["stateChange", "transcript", "llm", "playbackStarted", "reconnecting"] as const;
  for (const name of names) client.on(name, (...args: unknown[]) => log.push([name, ...args]));
  client.on("reconnected", (recovered) => log.push(["reconnected", recovered]));
  client.on("microphoneChange", (info) => log.push(["microphoneChange", info !== null]));
  client.on("error", ({ code, recoverable }) => log.push(["error", code, recoverable]));
  client.on("playbackBlocked", ({ code }) => log.push(["playbackBlocked", code]));
}

export function logged(page: Page, name: string): Promise<unknown[][]> {
  return page.evaluate((wanted) => log.filter(([event]) => event === wanted), name);
}

export async function until(page: Page, name: string): Promise<void> {
  await page.waitForFunction((wanted) => log.some(([event]) => event === wanted), name);
}
