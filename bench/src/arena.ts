import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../../e2e/src/caller.ts";
import { type PageServer, servePages } from "../../e2e/src/page-server.ts";
import { startStun, type StunServer } from "../../e2e/src/stun-server.ts";
import type { Pair } from "./pairs.ts";
import { incumbentServer } from "./incumbent.ts";
import type { Scenario } from "./scenario.ts";
import { ServerProcess } from "./server-process.ts";

/** A call under test. */
export interface Contestant {
  readonly name: Side;
  readonly caller: Caller;
  readonly server: ServerProcess;
  /** How many rounds it shall do: the incumbent fewer, since it is slow. */
  readonly rounds: number;
}

export type Side = "ours" | "incumbent";

export interface ArenaOptions {
  /** Rounds of our side; default: as the figure wants. */
  readonly rounds?: number | undefined;
  readonly sides: readonly Side[];
  readonly json: boolean;
}

/** `[rounds] [--own | --incumbent] [--json]` */
export function arenaOptions(args: readonly string[]): ArenaOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      own: { type: "boolean", default: false },
      incumbent: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const [rounds] = positionals;
  return {
    rounds: rounds === undefined ? undefined : Number(rounds),
    sides: values.own ? ["ours"] : values.incumbent ? ["incumbent"] : ["ours", "incumbent"],
    json: values.json,
  };
}

/** One browser in which both sides are called, one after the other, with the same fake providers. */
export class Arena {
  readonly options: ArenaOptions;
  readonly browser: Browser;
  readonly pages: PageServer;
  readonly #stun: StunServer;

  static async open(options: ArenaOptions): Promise<Arena> {
    const clips = fileURLToPath(new URL("../clips", import.meta.url));
    const [browser, pages, stun] = await Promise.all([
      openChromium(),
      servePages({ clips }),
      startStun(),
    ]);
    return new Arena(options, { browser, pages, stun });
  }

  private constructor(
    options: ArenaOptions,
    { browser, pages, stun }: { browser: Browser; pages: PageServer; stun: StunServer },
  ) {
    this.options = options;
    this.browser = browser;
    this.pages = pages;
    this.#stun = stun;
  }

  /** @param rounds how often our side is measured unless the command line says so */
  async measure<T>(
    name: string,
    { scenario, rounds }: { readonly scenario: Scenario; readonly rounds: number },
    play: (contestant: Contestant) => Promise<T>,
  ): Promise<Partial<Record<Side, T>>> {
    const results: Partial<Record<Side, T>> = {};
    for (const side of this.options.sides) {
      const { client, entry } = await pairOf(side);
      const ice = [{ urls: this.#stun.url }];
      const server = await ServerProcess.withFixedProviders(entry, ice, scenario);
      const { browser, pages } = this;
      const { signallingUrl } = server;
      const caller = await Caller.call({ browser, pages, client, signallingUrl });
      await caller.share("mono");
      const wanted = this.options.rounds ?? rounds;
      const times = side === "ours" ? wanted : Math.max(2, Math.ceil(wanted / 4));
      results[side] = await play({ name: side, caller, server, rounds: times });
      process.stderr.write(`${name}, ${side}: ${JSON.stringify(results[side])}\n`);
      await caller.close();
      await server.stop();
    }
    return results;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.pages.close();
    this.#stun.close();
  }
}

async function pairOf(side: Side): Promise<Pick<Pair, "client" | "entry">> {
  if (side === "ours") return { client: "own", entry: "@metered/llmrtc-backend" };
  return { client: "v1", entry: (await incumbentServer()).entry };
}
