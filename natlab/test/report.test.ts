import { expect, test } from "vitest";
import { quantile, table, withPart } from "../src/report.ts";

test("parts stand in their order, whichever was measured first, and a new one takes the place of the old", () => {
  const first = withPart("", "Bad links", "- bad");
  const both = withPart(first, "Which calls connect", "- all\n\n### Server with a public address");
  const again = withPart(both, "Bad links", "- better");
  expect(again.match(/^## .*/gm)).toEqual(["## Which calls connect", "## Bad links"]);
  expect(again).toContain("### Server with a public address");
  expect(again).toContain("- better");
  expect(again).not.toContain("- bad");
  expect(withPart(again, "Bad links", "- better")).toBe(again);
});

test("a table is Markdown", () => {
  expect(table(["a", "b"], [["1", "2"]])).toBe("| a | b |\n|---|---|\n| 1 | 2 |");
});

test("the median of an odd number of values is the one in the middle; of none there is none", () => {
  expect(quantile([30, 10, 20], 0.5)).toBe(20);
  expect(quantile([], 0.5)).toBeNaN();
});
