import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../../e2e/src/caller.ts";
import { servePages } from "../../e2e/src/page-server.ts";
import { startStun } from "../../e2e/src/stun-server.ts";
import { pairs } from "./pairs.ts";
import { ServerProcess } from "./server-process.ts";
import { show, summarise, type Summary, table } from "./table.ts";

/** What the fake providers take of each turn: 50 ms each. */
const fixedMs = 150;

/**
 * From the end of the caller's speech to the first audible sample in his browser, with providers that
 * take 50 ms each: what the server and the network path add.
 */
export async function measureLatency(options: readonly string[]): Promise<void> {
  const turns = Number(options.find((option) => /^\d+$/.test(option)) ?? 7);

  const browser = await openChromium();
  const pages = await servePages();
  const stun = await startStun();

  const rows: { readonly name: string; readonly result: Summary }[] = [];
  for (const { name, client, entry } of await pairs(options)) {
    const server = await ServerProcess.withFixedProviders(entry, [{ urls: stun.url }]);
    const caller = await Caller.call({
      browser,
      pages,
      client,
      signallingUrl: server.signallingUrl,
    });
    await caller.share("mono");
    const times: number[] = [];
    for (let i = 0; i <= turns; i++) {
      const end = await caller.say("go-forward");
      const audible = await caller.until("audible", 20, end);
      if (i > 0) times.push(audible - end); // the first turn warms up
      await caller.until("silent", 700, audible);
    }
    await caller.close();
    await server.stop();
    rows.push({ name, result: summarise(times) });
    process.stderr.write(`${name}: ${times.map((ms) => ms.toFixed(0)).join(", ")}\n`);
  }

  const base = rows.find(({ name }) => name === "incumbent")?.result.median ?? Number.NaN;
  console.log(
    table(
      ["end of speech to first sound, ms: median (least)", "of it providers", "ratio"],
      rows.map(({ name, result }) => [
        `${name}: ${show(result)}`,
        String(fixedMs),
        Number.isNaN(base) ? "" : `${(base / result.median).toFixed(1)}x faster`,
      ]),
    ),
  );
  console.log(`\n${turns} turns each, after one to warm up.`);

  await browser.close();
  await pages.close();
  stun.close();
}
