import { ClientMessage, features, serverMessages } from "@metered/llmrtc-core";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const page = await readFile(
  new URL("../../../docs/protocol/message-types.md", import.meta.url),
  "utf8",
);
const messages = [...ClientMessage.def.options, ...serverMessages].map(({ def }) => ({
  type: def.shape.type.def.values[0],
  fields: Object.keys(def.shape),
}));

test.each(messages)("the page on messages has $type with all its fields", ({ type, fields }) => {
  expect(page).toContain(`\`${type}\``);
  for (const field of fields) expect(page).toMatch(new RegExp(`\\b${field}\\b`));
});

test.each(features)("the page on messages explains the feature %s", (feature) => {
  expect(page).toContain(`| \`${feature}\``);
});
