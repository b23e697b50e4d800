import { microphoneFormat, type Pcm, Resampler } from "@metered/llmrtc-core";
import type { Browser, BrowserContext, Page as BrowserPage } from "playwright-core";
import type { Button, CallOptions, MicrophoneKind, Told } from "../pages/harness.ts";
import type { Bounds } from "../pages/recording.ts";
import type { Page, PageServer } from "./page-server.ts";

export interface CallerOptions extends CallOptions {
  readonly browser: Browser;
  readonly pages: PageServer;
  /** Which client calls: ours (default) or the published v1 client. */
  readonly client?: Page;
  /** Prepares the page before any script runs. */
  readonly prepare?: (page: BrowserPage) => Promise<void>;
}

interface Waiting {
  readonly name: string;
  readonly fits: (event: Told) => boolean;
  readonly resolve: (event: Told) => void;
}

/** A person in a browser who calls the server, and everything that his page saw and heard. */
export class Caller {
  /** All events so far, in order. */
  readonly events: Told[] = [];
  readonly #taken = new Set<Told>();
  readonly #waiting = new Set<Waiting>();
  readonly #page: BrowserPage;
  readonly #context: BrowserContext;
  readonly #console: string[] = [];
  /** How long `start()` of the client took, in ms. */
  connectMs = 0;

  /** Opens a page of its own and connects. */
  static async call({
    browser,
    pages,
    client = "own",
    prepare,
    ...options
  }: CallerOptions): Promise<Caller> {
    const context = await browser.newContext();
    const page = await context.newPage();
    const caller = new Caller(context, page);
    try {
      await page.exposeFunction("tell", (event: Told) => {
        caller.#hear(event);
      });
      await prepare?.(page);
      await page.goto(pages.url(client));
      caller.connectMs = await page.evaluate((call) => globalThis.harness.call(call), options);
      return caller;
    } catch (error) {
      await context.close();
      throw new Error(`the call failed\n${caller.#console.join("\n")}`, { cause: error });
    }
  }

  private constructor(context: BrowserContext, page: BrowserPage) {
    this.#context = context;
    this.#page = page;
    page.on("console", (message) => this.#console.push(message.text()));
    page.on("pageerror", (error) => this.#console.push(error.stack ?? String(error)));
  }

  /** For what no other method does. */
  get page(): BrowserPage {
    return this.#page;
  }

  /** The next event of that name that nobody has taken yet. */
  async next(
    name: string,
    {
      fits = () => true,
      timeoutMs = 40_000,
    }: { readonly fits?: (event: Told) => boolean; readonly timeoutMs?: number } = {},
  ): Promise<Told> {
    const there = this.events.find(
      (event) => event.name === name && !this.#taken.has(event) && fits(event),
    );
    if (there) {
      this.#taken.add(there);
      return there;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(new Error(`no "${name}" within ${timeoutMs} ms; there was:\n${this.#story()}`));
      }, timeoutMs);
      const waiting: Waiting = {
        name,
        fits,
        resolve: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
      };
      this.#waiting.add(waiting);
    });
  }

  /** The next final transcript. */
  async transcript(): Promise<string> {
    const { args } = await this.next("transcript", { fits: ({ args }) => args[1] !== false });
    return String(args[0]);
  }

  async share(kind: MicrophoneKind): Promise<void> {
    await this.#page.evaluate((kind) => globalThis.harness.share(kind), kind);
  }

  /** Speaks a clip to its end. @returns the page's time at its end */
  async say(clip: string): Promise<number> {
    return this.#page.evaluate((url) => globalThis.harness.say(url), `/clips/${clip}.wav`);
  }

  /** Speaks a clip. @returns the page's times of its first and last loud sample */
  async sayTimed(clip: string): Promise<Bounds> {
    return this.#page.evaluate((url) => globalThis.harness.sayTimed(url), `/clips/${clip}.wav`);
  }

  async sendText(text: string): Promise<void> {
    await this.#page.evaluate((text) => {
      globalThis.harness.sendText(text);
    }, text);
  }

  async interrupt(): Promise<void> {
    await this.#page.evaluate(() => {
      globalThis.harness.interrupt();
    });
  }

  async press(button: Button): Promise<void> {
    await this.#page.evaluate((button) => {
      globalThis.harness.press(button);
    }, button);
  }

  async mute(muted: boolean): Promise<void> {
    await this.#page.evaluate((muted) => {
      globalThis.harness.mute(muted);
    }, muted);
  }

  async state(): Promise<string> {
    return this.#page.evaluate(() => globalThis.harness.state);
  }

  /** `performance.now()` of the page. */
  async now(): Promise<number> {
    return this.#page.evaluate(() => performance.now());
  }

  /** What the browser received between two times of the page: 16 kHz mono. */
  async heard(from: number, to: number): Promise<Pcm> {
    const base64 = await this.#page.evaluate(([from, to]) => globalThis.harness.heard(from, to), [
      from,
      to,
    ] as const);
    const bytes = new Uint8Array(Buffer.from(base64, "base64"));
    const resampler = new Resampler(48_000, microphoneFormat.sampleRate);
    const pcm = resampler.process(new Int16Array(bytes.buffer, 0, bytes.length >> 1));
    const rest = resampler.flush();
    const whole = new Int16Array(pcm.length + rest.length);
    whole.set(pcm);
    whole.set(rest, pcm.length);
    return whole;
  }

  /** The silences of the agent's track between two times of the page. */
  async holes(from: number, to: number): Promise<Bounds[]> {
    return this.#page.evaluate(([from, to]) => globalThis.harness.holes(from, to), [
      from,
      to,
    ] as const);
  }

  /** When a run of at least `ms` of silence, or of speech, began, looking from `from` on. */
  async until(what: "silent" | "audible", ms: number, from = 0): Promise<number> {
    return this.#page.evaluate(([what, ms, from]) => globalThis.harness.until(what, ms, from), [
      what,
      ms,
      from,
    ] as const);
  }

  /** Hangs up and closes the page. */
  async close(): Promise<void> {
    await this.#page.evaluate(() => globalThis.harness.hangUp());
    await this.#context.close();
  }

  /** Closes the page without a goodbye, as a crash would. */
  async vanish(): Promise<void> {
    await this.#context.close();
  }

  #hear(event: Told): void {
    this.events.push(event);
    for (const waiting of this.#waiting) {
      if (waiting.name !== event.name || !waiting.fits(event)) continue;
      this.#waiting.delete(waiting);
      this.#taken.add(event);
      waiting.resolve(event);
      return;
    }
  }

  #story(): string {
    const events = this.events.map(
      ({ name, args, at }) => `  ${at.toFixed(0)} ms ${name} ${JSON.stringify(args)}`,
    );
    return [...events, ...this.#console.map((line) => `  console: ${line}`)].join("\n");
  }
}
