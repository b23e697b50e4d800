import { agentHost } from "./addresses.ts";
import type { Browser } from "playwright-core";
import type { CallResult } from "../pages/call.ts";
import type { Cell } from "./expectation.ts";
import type { Lab } from "./lab.ts";

/** Makes a meeting's networks; calls of the same networks can run at once. */
export async function setNetworks(
  lab: Lab,
  { server, network }: Pick<Cell, "server" | "network">,
): Promise<void> {
  await lab.setNetwork("wifi", network);
  if (server === "public") await lab.placeServer("public");
  else {
    await lab.placeServer("natted");
    await lab.setNetwork("server", server);
  }
}

export interface CallHooks {
  /** Happens when the page is there and before it calls. */
  readonly loaded?: () => Promise<void>;
  /** The call lasts at least so long. */
  readonly listenMs?: number;
  /** The agent tells a story, and the client says how well that came. */
  readonly story?: boolean;
}

/** One call in a fresh page, from loading it to hanging up. */
export async function callIn(
  browser: Browser,
  { server, ice }: Pick<Cell, "server" | "ice">,
  hooks?: CallHooks,
): Promise<CallResult> {
  return callAt(browser, agentHost(server === "public" ? "public" : "natted", ice), hooks);
}

/** The same, at a name of the server's. */
export async function callAt(
  browser: Browser,
  host: string,
  { loaded, listenMs = 0, story = false }: CallHooks = {},
): Promise<CallResult> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`https://${host}/call`);
    await loaded?.();
    return await page.evaluate(([ms, tells]) => globalThis.natlab.speak(ms, tells), [
      listenMs,
      story,
    ] as const);
  } finally {
    await context.close();
  }
}
