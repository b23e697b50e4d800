import { rewrite, writtenNumber, type Rewrite } from "../rewrite.ts";
import { dash } from "./number-forms.ts";

/** `10-12.`, `10-15%`, `1.5–2.0` → `… to …`; what has more parts is no range. */
const ranges = rewrite(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}_.,/:$£€¥-])(\d{1,3}(?:,\d{3}){1,3}|\d{1,6}(?:\.\d{1,3})?)(%?) ?${dash} ?(?=(${writtenNumber})(?:%|°|[a-z]{0,3})(?![\p{L}\p{N}_:/-]|[.,]\d| ?=))`,
    "gu",
  ),
  ([asWritten, from = "", percent = "", to]) =>
    from === to || asWritten.includes(" - ") ? asWritten : `${from}${percent} to `,
);

/** `-7` → `minus 7`; the lexicon does it only where the tagger sees a number. */
const minus = rewrite(
  new RegExp(String.raw`(?<=^|[\s("“=:,±])[-−](?=\.?\d)`, "gu"),
  () => "minus ",
);
const subtraction = rewrite(/(?<=\d) [-−–] (?=\d{1,9}(?:\.\d{1,6})? ?=)/gu, () => " minus ");

/** `6 * 7`, `5 x 3 =`, `8 / 2`. */
const product = rewrite(/(?<=\d) ?\* ?(?=\d)/gu, () => " times ");
const productSign = rewrite(/(?<=\d) [x×] (?=\d{1,9}(?:\.\d{1,6})? ?=)/gu, () => " times ");
const division = rewrite(/(?<=\d) [/÷] (?=\d)/gu, () => " divided by ");
const sum = rewrite(/(?<=[\p{L}\p{N})]) \+ (?=[\p{L}\p{N}(])/gu, () => " plus ");

/** Signs of more than one character, and some that the list of the voice does not have. */
const signs: readonly (readonly [RegExp, string])[] = [
  [
    /(?<=^|\(|(?<![\p{L}\p{N}])(?:is|are|was|be|if|at|takes|needs?|have|has|for|of) )(?:≥|>=) ?(?=\d)/gu,
    "at least ",
  ],
  [
    /(?<=^|\(|(?<![\p{L}\p{N}])(?:is|are|was|be|if|at|takes|needs?|have|has|for|of) )(?:≤|<=) ?(?=\d)/gu,
    "at most ",
  ],
  [/ ?(?:<[-=]+>|[↔⇔]) ?/gu, " to and from "],
  [/ ?(?:(?<![-=<])-{1,2}>|(?<![=<])=>|[→⇒➜]) ?/gu, " to "],
  [/ ?(?:!==?|≠) ?/gu, " is not equal to "],
  [/(?<=[\p{L}\p{N})]) ?(?:<=|≤) ?/gu, " less than or equal to "],
  [/(?<=[\p{L}\p{N})]) ?(?:>=|≥) ?/gu, " greater than or equal to "],
  [/(?<=[\p{L}\p{N})]) ?={2,3} ?(?=[\p{L}\p{N}(])/gu, " equals "],
  [/(?:≈|(?<=^|[\s(])~) ?(?=[$£€]?\d)/gu, "about "],
  [
    /(?<=^|\(|(?<![\p{L}\p{N}])(?:is|are|was|be|if|at|takes|needs?|have|has|for|of) )> ?(?=[$£€]?\d)/gu,
    "more than ",
  ],
  [
    /(?<=^|\(|(?<![\p{L}\p{N}])(?:is|are|was|be|if|at|takes|needs?|have|has|for|of) )< ?(?=[$£€]?\d)/gu,
    "less than ",
  ],
  [/(?<=^|[\s(])√ ?(?=\d)/gu, "the square root of "],
  [/(?<=\p{L})\+\/-|\+\/[-−]/gu, "plus or minus "],
  [/ ?‰/gu, " per mille"],
  [/∞/gu, " infinity "],
];

const others: readonly Rewrite[] = signs.map(([pattern, words]) => rewrite(pattern, () => words));

/** Signs between and before numbers, and arrows. */
export const mathSigns: readonly Rewrite[] = [
  ...others,
  subtraction,
  productSign,
  product,
  division,
  sum,
  ranges,
  minus,
];
