import type { ReadingTables, Rewrite } from "../rewrite.ts";
import { addresses } from "./addresses.ts";
import { calendar } from "./calendar.ts";
import { clock } from "./clock.ts";
import { codes } from "./codes.ts";
import { fractions } from "./fractions.ts";
import { measures } from "./measures.ts";
import { phoneNumbers } from "./phone-numbers.ts";
import { prices } from "./prices.ts";
import { shortForms } from "./short-forms.ts";
import { mathSigns } from "./signs.ts";
import { versions } from "./versions.ts";

/**
 * Better readings than those that the voice was trained on, to run before them. Ordinary prose
 * comes back unchanged, and what the old list reads well is left to it.
 *
 * The order counts: an address may hold a version, a phone number a range.
 */
export function betterReadings(tables: ReadingTables): readonly Rewrite[] {
  return [
    ...addresses,
    ...shortForms,
    ...phoneNumbers,
    ...codes,
    ...calendar(new Map(Object.entries(tables.months))),
    ...clock,
    ...prices,
    ...versions,
    ...fractions,
    ...measures,
    ...mathSigns,
  ];
}
