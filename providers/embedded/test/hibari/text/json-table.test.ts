import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonTable } from "../../../src/hibari/text/json-table.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const text = fc.string({ unit: "binary" });

test("a table answers as the object does, and has nothing else", () => {
  fc.assert(
    fc.property(fc.dictionary(text, fc.jsonValue()), fc.array(text), (object, others) => {
      const table = new JsonTable(bytes(object));
      for (const [key, value] of Object.entries(object)) {
        expect(table.has(key)).toBe(true);
        expect(table.get(key)).toEqual(JSON.parse(JSON.stringify(value)));
      }
      for (const other of [...others, "constructor", "__proto__", "x".repeat(10_000)]) {
        expect(table.has(other)).toBe(Object.hasOwn(object, other));
      }
    }),
  );
});

test("an array of strings is a set", () => {
  fc.assert(
    fc.property(fc.uniqueArray(text), text, (words, other) => {
      const table = new JsonTable(bytes(words));
      expect(words.every((word) => table.has(word))).toBe(true);
      expect(table.has(other)).toBe(words.includes(other));
    }),
  );
});

test("a table inside a table shares its bytes", () => {
  const table = new JsonTable(bytes({ a: { x: 1 }, b: { y: { z: [2] } }, c: ["d"] }));
  expect(table.table("b").get("y")).toEqual({ z: [2] });
  expect(table.table("b").has("x")).toBe(false);
  expect(table.table("c").has("d")).toBe(true);
  expect(() => table.table("d")).toThrow(RangeError);
});
