import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { microphoneFile } from "../../e2e/src/microphone-file.ts";
import type { CallResult } from "../pages/call.ts";
import { Agent } from "../src/agent.ts";
import { openBrowser } from "../src/browser.ts";
import { callIn, setNetworks } from "../src/calls.ts";
import { allCells, someCells } from "../src/cells.ts";
import { makeCertificates } from "../src/certificates.ts";
import { type Cell, expectedPaths, withoutWebRtc } from "../src/expectation.ts";
import { Lab } from "../src/lab.ts";
import { pathOf } from "../src/path.ts";
import { saveReport } from "../src/report.ts";
import { TurnServer } from "../src/turn-server.ts";

/** `npm run natlab` tries every cell and writes the report; `npm test` some. */
const everything = process.env["NATLAB"] === "all";
const cells = everything ? allCells : someCells;
const rows = new Map<string, Cell[]>();
for (const cell of cells) {
  const name = `${cell.network} caller, ${cell.server} server`;
  rows.set(name, [...(rows.get(name) ?? []), cell]);
}

const words = /go forward/i;
const results: { readonly cell: Cell; readonly result: CallResult }[] = [];
let lab: Lab;
let browser: Browser;
let agent: Agent;
let microphone: Awaited<ReturnType<typeof microphoneFile>>;

beforeAll(async () => {
  lab = await Lab.open();
  const certificates = await makeCertificates(lab.folder);
  microphone = await microphoneFile("go-forward", { leadMs: 300, tailMs: 20_000 });
  const turn = await TurnServer.start(lab, certificates);
  [agent, browser] = await Promise.all([
    Agent.start(lab, certificates, turn),
    openBrowser(lab, certificates, microphone.file),
  ]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([lab.close(), microphone.remove()]);
  if (everything) saveReport(results);
});

describe.each([...rows])("%s", (_, row) => {
  /** Those that must fail take 15 s each and no processor: they run beside the others. */
  const failing = new Map<Cell, Promise<CallResult>>();

  beforeAll(async () => {
    const [first] = row;
    if (first) await setNetworks(lab, first);
    for (const cell of row.filter((cell) => expectedPaths(cell).length === 0)) {
      const call = callIn(browser, cell);
      call.catch(() => undefined); // the cell's test tells
      failing.set(cell, call);
    }
  });

  const inOrder = [...row].sort(
    (a, b) => Math.sign(expectedPaths(b).length) - Math.sign(expectedPaths(a).length),
  );

  test.each(inOrder.map((cell) => [cell.ice, cell] as const))(
    "ICE servers: %s",
    async (_, cell) => {
      const result = await (failing.get(cell) ?? callIn(browser, cell));
      results.push({ cell, result });
      const paths = expectedPaths(cell);
      if (paths.length === 0) {
        expect(result).toMatchObject({ connected: false, ...withoutWebRtc });
        return;
      }
      expect(result, agent.log.slice(-2000)).toMatchObject({ connected: true, answered: true });
      if (!result.connected || !result.path) throw new Error("no pair of candidates is selected");
      expect(result.transcript).toMatch(words);
      expect(paths, JSON.stringify(result.path)).toContain(pathOf(result.path));
    },
  );
});
