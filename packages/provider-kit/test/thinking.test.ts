import fc from "fast-check";
import { expect, test } from "vitest";
import { ThinkingFilter } from "../src/thinking.ts";

/** What the listener gets when a reply comes in these pieces. */
function heard(...pieces: readonly string[]): string {
  const filter = new ThinkingFilter();
  return pieces.map((piece) => filter.push(piece)).join("") + filter.end();
}

/** Cuts a text into pieces at any places. */
const inPieces = (text: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat({ max: text.length }), { maxLength: 8 }).map((cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), text.length];
    return places.slice(1).map((end, index) => text.slice(places[index], end));
  });

test("a reply without thoughts is heard as it comes", () => {
  const filter = new ThinkingFilter();
  expect(filter.push("Hel")).toBe("Hel");
  expect(filter.push("lo. <think>")).toBe("lo. <think>");
});

test("a reply that never becomes a tag is heard in the end", () => {
  expect(heard("<th")).toBe("<th");
  expect(heard("<thin", "g>")).toBe("<thing>");
});

test("a reply of thoughts alone is silent", () => {
  expect(heard("<think>hmm")).toBe("");
  expect(heard("<think>hmm</think>\n\n")).toBe("");
});

test("thoughts are left out however they are cut", () => {
  const thought = fc.string({ maxLength: 20 }).filter((text) => !text.includes("</think>"));
  const cases = thought.chain((text) => inPieces(`\n<think>${text}</think>\n\nHello <b>. `));
  fc.assert(
    fc.property(cases, (pieces) => {
      expect(heard(...pieces)).toBe("Hello <b>. ");
    }),
  );
});

test("any other reply arrives whole", () => {
  const reply = fc.string().filter((text) => !text.trimStart().startsWith("<think>"));
  fc.assert(
    fc.property(
      reply.chain((text) => fc.tuple(fc.constant(text), inPieces(text))),
      ([text, pieces]) => {
        expect(heard(...pieces)).toBe(text);
      },
    ),
  );
});
