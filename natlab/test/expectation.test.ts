import { expect, test } from "vitest";
import { allCells, someCells } from "../src/cells.ts";
import { expectedPaths } from "../src/expectation.ts";
import { isFirewall } from "../src/nat-rules.ts";

const connects = (cell: (typeof allCells)[number]): boolean => expectedPaths(cell).length > 0;

test("with every kind of ICE server, every caller connects to every server", () => {
  expect(allCells.filter(({ ice }) => ice === "all").every(connects)).toBe(true);
});

test("a public server needs no ICE servers but for callers without UDP", () => {
  const open = allCells.filter(
    ({ server, network }) => server === "public" && !isFirewall(network),
  );
  expect(open.every((cell) => expectedPaths(cell)[0] === "direct")).toBe(true);
});

test("without ICE servers nobody reaches a server behind NAT", () => {
  const natted = allCells.filter(({ server, ice }) => server !== "public" && ice === "none");
  expect(natted.some(connects)).toBe(false);
});

test("the quick part of the matrix holds both outcomes of every kind of server", () => {
  for (const server of new Set(allCells.map((cell) => cell.server))) {
    const outcomes = someCells.filter((cell) => cell.server === server).map(connects);
    expect(new Set(outcomes).size, server).toBe(2);
  }
});
