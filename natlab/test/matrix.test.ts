import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallResult } from "../pages/call.ts";
import { type CallingLab, openCallingLab } from "../src/calling-lab.ts";
import { callIn, setNetworks } from "../src/calls.ts";
import { allCells, someCells } from "../src/cells.ts";
import { type Cell, expectedPaths, withoutWebRtc } from "../src/expectation.ts";
import { pathOf } from "../src/path.ts";
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
const results: { readonly cell: Cell; readonly result: CallResult }[] = [];
let calling: CallingLab;

beforeAll(async () => {
  calling = await openCallingLab("go-forward");
});

afterAll(async () => {
  await calling.close();
  if (results.length === allCells.length) saveMatrix(results);
});

describe.each([...rows])("%s", (_, row) => {
  /** Those that must fail take 15 s each and no processor: they run beside the others. */
  const failing = new Map<Cell, Promise<CallResult>>();

  beforeAll(async () => {
    const [first] = row;
    if (first) await setNetworks(calling.lab, first);
    for (const cell of row.filter((cell) => expectedPaths(cell).length === 0)) {
      const call = callIn(calling.browser, cell);
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
      const result = await (failing.get(cell) ?? callIn(calling.browser, cell));
      results.push({ cell, result });
      const paths = expectedPaths(cell);
      if (paths.length === 0) {
        expect(result).toMatchObject({ connected: false, ...withoutWebRtc });
        return;
      }
      expect(result, calling.agent.log.slice(-2000)).toMatchObject({
        connected: true,
        answered: true,
      });
      if (!result.connected || !result.path) throw new Error("no pair of candidates is selected");
      expect(result.transcript).toMatch(words);
      expect(paths, JSON.stringify(result.path)).toContain(pathOf(result.path));
    },
  );
});
