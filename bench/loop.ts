// How long the server's event loop makes others wait during a call with real ears and a real voice.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { startAgent } from "../e2e/src/agent.ts";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../e2e/src/caller.ts";
import { servePages } from "../e2e/src/page-server.ts";
import { table } from "./src/table.ts";

const turns = Number(process.argv.slice(2).find((option) => /^\d+$/.test(option)) ?? 5);
const resolutionMs = 5;
const nanosecondsPerMs = 1e6;

const agent = await startAgent((said) => `You said: ${said}. That was easy to understand.`);
const [browser, pages] = await Promise.all([openChromium(), servePages()]);
const caller = await Caller.call({ browser, pages, signallingUrl: agent.signallingUrl });
await caller.share("mono");

const turn = async (): Promise<void> => {
  await caller.say("go-somewhere");
  await caller.next("ttsComplete");
};
await turn(); // warms both ends up

const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();
for (let i = 0; i < turns; i++) await turn();
delays.disable();

const ms = (nanoseconds: number): string =>
  Math.max(0, nanoseconds / nanosecondsPerMs - resolutionMs).toFixed(1);
console.log(
  table(
    ["event loop delay, ms", "p50", "p99", "longest"],
    [
      [
        `${turns} spoken turns`,
        ms(delays.percentile(50)),
        ms(delays.percentile(99)),
        ms(delays.max),
      ],
    ],
  ),
);
console.log("\nTarget: p99 below 20 ms. The harness's own work is in it.");

await caller.close();
await browser.close();
await pages.close();
await agent.server.stop();
