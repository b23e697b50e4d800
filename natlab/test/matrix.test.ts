import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallResult } from "../pages/call.ts";
import { type CallingLab, openCallingLab } from "../src/calling-lab.ts";
import { callIn, setNetworks } from "../src/calls.ts";
import { allCells, someCells } from "../src/cells.ts";
import { type Cell, expectedPaths } from "../src/expectation.ts";
import { pathOf } from "../src/path.ts";
import { saveWhenWhole } from "../src/kept-results.ts";
import { saveMatrix } from "../src/matrix-report.ts";

/** `npm run natlab` tries every cell and writes the report; `npm test` some. */
const everything = process.env["NATLAB"] === "all";
const cells = everything ? allCells : someCells;
const rows = new Map<string, Cell[]>();
for (const cell of cells) {
  const name = `${cell.network} caller, ${cell.server} server`;
  rows.set(name, [...(rows.get(name) ?? []), cell]);
}

const words = /go forward/i;
const results = new Map<Cell, CallResult>();
let calling: CallingLab;

beforeAll(async () => {
  calling = await openCallingLab("go-forward");
});

afterAll(async () => {
  await calling.close();
  if (!everything) return;
  saveWhenWhole({
    part: "matrix",
    subjects: allCells,
    nameOf: ({ server, network, ice }) => `${server}, ${network}, ${ice}`,
    rows: results,
    save: saveMatrix,
  });
});

describe.each([...rows])("%s", (_, row) => {
  beforeAll(async () => {
    const [first] = row;
    if (first) await setNetworks(calling.lab, first);
  });

  // One call at a time, so that the times are those of a call and not of a crowd.
  test.each(row.map((cell) => [cell.ice, cell] as const))("ICE servers: %s", async (_, cell) => {
    const result = await callIn(calling.browser, cell);
    results.set(cell, result);
    const paths = expectedPaths(cell);
    expect(result, calling.agent.log.slice(-2000)).toMatchObject({
      connected: true,
      kind: paths.length === 0 ? "websocket" : "webrtc",
      answered: true,
    });
    if (!result.connected) throw new Error("there was no call");
    expect(result.transcript).toMatch(words);
    if (paths.length === 0) return;
    if (!result.path) throw new Error("no pair of candidates is selected");
    expect(paths, JSON.stringify(result.path)).toContain(pathOf(result.path));
  });
});
