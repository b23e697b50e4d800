import { rewrite, type Rewrite } from "../rewrite.ts";
import { dash } from "./number-forms.ts";

const half = String.raw`\s?(?:[AaPp]\.?[Mm]\.?)`;
const hour = String.raw`\d{1,2}(?::\d{2})?`;

/** `9am-5pm`, `9-5pm`, `9:00–17:30` → `… to …`. */
const ranges = rewrite(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}_.:$-])(${hour}${half}|\d{1,2}:\d{2}|\d{1,2}(?=\s?${dash}\s?${hour}${half}))\s?${dash}\s?(?=${hour}${half}(?![\p{L}\p{N}])|\d{1,2}:\d{2}(?![\p{N}:])|noon|midnight)`,
    "gu",
  ),
  ([, from = ""]) => `${from} to `,
);

/** `UTC+2`, `GMT-5`. */
const offset = rewrite(
  /(?<![\p{L}\p{N}_])(UTC|GMT) ?([+−-]) ?(?=\d{1,2}(?!\d))/gu,
  ([, zone = "", sign = ""]) => `${zone} ${sign === "+" ? "plus" : "minus"} `,
);

const count = (number: string, unit: string) => `${number} ${unit}${number === "1" ? "" : "s"}`;

/** `1h 30m`, `2h30`, `1h`; `5m 20s`. */
const hours = rewrite(
  /(?<![\p{L}\p{N}_.:$£€])(\d{1,3})h(?: ?(\d{1,2})(?:m|min)?)?(?: ?(\d{1,2})s)?(?![\p{L}\p{N}_])/gu,
  ([, h = "", m, s]) =>
    [
      count(h, "hour"),
      m === undefined ? "" : count(String(Number(m)), "minute"),
      s === undefined ? "" : count(String(Number(s)), "second"),
    ]
      .filter(Boolean)
      .join(" "),
);
const minutes = rewrite(
  /(?<![\p{L}\p{N}_.:$£€])(\d{1,3})m ?(\d{1,2})s(?![\p{L}\p{N}_])/gu,
  ([, m = "", s = ""]) => `${count(m, "minute")} ${count(String(Number(s)), "second")}`,
);

/** Times and spans of time beyond `9:30 am`. */
export const clock: readonly Rewrite[] = [ranges, offset, hours, minutes];
