// How long a call takes to connect, from `client.start()` to its end, with STUN servers that answer,
// say nothing or are not there, and a TURN server to which the password is wrong.
import type { Page } from "playwright-core";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller, type CallerOptions } from "../e2e/src/caller.ts";
import { servePages } from "../e2e/src/page-server.ts";
import { startStun } from "../e2e/src/stun-server.ts";
import { pairs } from "./src/pairs.ts";
import { startRefusingTurn } from "./src/refusing-turn.ts";
import { ServerProcess } from "./src/server-process.ts";
import { show, summarise, type Summary, table } from "./src/table.ts";

/** A call that has not connected by then never will. */
const stuckAfterMs = 15_000;

const options = process.argv.slice(2);
const calls = Number(options.find((option) => /^\d+$/.test(option)) ?? 7);

const browser = await openChromium();
const pages = await servePages();
const reachable = await startStun();
const silent = await startStun({ answers: false });
const refusing = await startRefusingTurn();
const servers = {
  reachable: { urls: reachable.url },
  silent: { urls: silent.url },
  // Nothing listens there. An empty list would send the incumbent to its public default.
  absent: { urls: "stun:127.0.0.1:9" },
  "wrong password": { urls: refusing.url, username: "bench", credential: "wrong" },
};

const rows: { readonly name: string; readonly results: Summary[] }[] = [];
for (const { name, client, entry } of await pairs(options)) {
  const results: Summary[] = [];
  for (const iceServer of Object.values(servers)) {
    const server = await ServerProcess.withFixedProviders(entry, [iceServer]);
    const times: number[] = [];
    for (let i = 0; i <= calls && !times.includes(Infinity); i++) {
      const connectMs = await timeToConnect({ client, signallingUrl: server.signallingUrl });
      if (i > 0 || connectMs === Infinity) times.push(connectMs); // the first call warms both ends up
    }
    results.push(summarise(times));
    await server.stop();
  }
  rows.push({ name, results });
  process.stderr.write(`${name}: ${results.map(show).join(", ")}\n`);
}

/** Infinite when the call does not come about. */
async function timeToConnect(
  call: Pick<CallerOptions, "client" | "signallingUrl">,
): Promise<number> {
  let late: NodeJS.Timeout | undefined;
  const prepare = (page: Page): Promise<void> => {
    late = setTimeout(() => void page.close(), stuckAfterMs);
    return Promise.resolve();
  };
  try {
    const caller = await Caller.call({ browser, pages, prepare, ...call });
    await caller.close();
    return caller.connectMs;
  } catch {
    return Infinity; // the table says so
  } finally {
    clearTimeout(late);
  }
}

const base = rows.find(({ name }) => name === "incumbent")?.results;
const head = ["connect, ms: median (least)", ...Object.keys(servers), "cost of silence"];
console.log(
  table(
    head,
    rows.map(({ name, results }) => [
      name,
      ...results.map((result, i) => {
        const ratio = (base?.[i]?.median ?? Number.NaN) / result.median;
        return show(result) + (Number.isNaN(ratio) ? "" : `, ${ratio.toFixed(1)}x`);
      }),
      ((results[1]?.median ?? 0) - (results[0]?.median ?? 0)).toFixed(0),
    ]),
  ),
);
console.log(
  `\n${calls} calls each, after one to warm up; x: how many times faster than the incumbent.`,
);

await browser.close();
await pages.close();
reachable.close();
silent.close();
refusing.close();
