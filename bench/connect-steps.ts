// Where the time of connecting goes: the steps of `client.start()`, as the browser sees them, with a STUN
// server that answers. Option: how many calls.
import type { Page as BrowserPage } from "playwright-core";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../e2e/src/caller.ts";
import { servePages } from "../e2e/src/page-server.ts";
import { startStun } from "../e2e/src/stun-server.ts";
import { ServerProcess } from "./src/server-process.ts";
import { show, summarise, table } from "./src/table.ts";

interface Step {
  readonly name: string;
  readonly at: number;
}

const calls = Number(process.argv.slice(2).find((option) => /^\d+$/.test(option)) ?? 15);
const browser = await openChromium();
const pages = await servePages();
const stun = await startStun();
const server = await ServerProcess.withFixedProviders("@metered/llmrtc-backend", [
  { urls: stun.url },
]);

const byName = new Map<string, number[]>();
for (let i = 0; i <= calls; i++) {
  const caller = await Caller.call({
    browser,
    pages,
    client: "own",
    signallingUrl: server.signallingUrl,
    prepare: watchSteps,
  });
  const steps = await caller.page.evaluate(
    () => (globalThis as unknown as { readonly steps: readonly Step[] }).steps,
  );
  if (i > 0) add(steps, caller.connectMs);
  await caller.close();
}
console.log(
  table(
    ["step", "ms since the socket was asked for: median (least)"],
    [...byName].map(([name, times]) => [name, show(summarise(times))]),
  ),
);

await server.stop();
await browser.close();
await pages.close();
stun.close();

/** The first of each name counts. */
function add(steps: readonly Step[], connectMs: number): void {
  const began = steps[0]?.at ?? 0;
  const firsts = new Map<string, number>();
  for (const { name, at } of steps) {
    if (!firsts.has(name)) firsts.set(name, at - began);
  }
  firsts.set("start() resolved", connectMs);
  for (const [name, ms] of firsts) byName.set(name, [...(byName.get(name) ?? []), ms]);
}

async function watchSteps(page: BrowserPage): Promise<void> {
  await page.addInitScript(() => {
    const steps: { name: string; at: number }[] = [];
    const note = (name: string): void => {
      steps.push({ name, at: performance.now() });
    };
    Object.assign(globalThis, { steps });
    const typeOf = (data: unknown): string =>
      typeof data === "string" ? (JSON.parse(data) as { readonly type: string }).type : "bytes";
    globalThis.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        note("socket asked for");
        super(url, protocols);
        this.addEventListener("open", () => {
          note("socket open");
        });
        this.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
          note(`got ${typeOf(data)}`);
        });
      }
      override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
        note(`sent ${typeOf(data)}`);
        super.send(data as string);
      }
    };
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        note("peer asked for");
        super(configuration);
        note("peer made");
        this.addEventListener("signalingstatechange", () => {
          note(`signalling ${this.signalingState}`);
        });
        this.addEventListener("iceconnectionstatechange", () => {
          note(`ICE ${this.iceConnectionState}`);
        });
        this.addEventListener("connectionstatechange", () => {
          note(`connection ${this.connectionState}`);
        });
      }
      override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
        const channel = super.createDataChannel(label, options);
        channel.addEventListener("open", () => {
          note("channel open");
        });
        return channel;
      }
    };
  });
}
