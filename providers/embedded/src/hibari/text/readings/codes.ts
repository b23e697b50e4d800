import { rewrite, type Rewrite } from "../rewrite.ts";
import { digitByDigit, numberEnd } from "./number-forms.ts";

const link = String.raw`(?: (?:number|code|no\.|is|was|to|of|ID)){0,3}:? (?:#|number )?`;
const start = String.raw`(?<![\p{L}\p{N}_])`;

/** After these words four digits and more are a code, whatever number they would make. */
const always =
  "PIN|[Pp]in|OTP|[Pp]asscode|[Cc]ode|(?:ZIP|[Zz]ip)(?: code)?|[Pp]ostcode|[Pp]assword|[Ff]light|[Ss]erial|[Tt]racking|[Cc]onfirmation|[Rr]eference|[Bb]ooking|[Tt]icket|[Aa]ccount|[Ii]nvoice|[Mm]embership|[Pp]olicy|ID";
/** After these it takes more digits, "number" or "#": "order 2000 chairs" is none. */
const perhaps = "[Oo]rder|[Cc]ase|[Rr]oom|[Cc]ard|[Pp]arcel|[Dd]ocument";

function spaced(code: string): string {
  return code.replace(/\d+/g, (digits) => digitByDigit(digits));
}

const afterCodeWord = rewrite(
  new RegExp(String.raw`${start}((?:${always})${link})(\d{4,20})${numberEnd}`, "gu"),
  ([, words = "", digits = ""]) => `${words.replace("#", "number ")}${spaced(digits)}`,
);

const afterOther = rewrite(
  new RegExp(
    String.raw`${start}((?:${perhaps}) (?:(?:number|no\.|ID)(?: is| was)?:? |#))(\d{4,20})${numberEnd}`,
    "gu",
  ),
  ([, words = "", digits = ""]) => `${words.replace("#", "number ")}${spaced(digits)}`,
);

const longAfterOther = rewrite(
  new RegExp(
    String.raw`${start}((?:${perhaps}) )(\d{5,20})${numberEnd}(?! (?!is |was |has )\p{L}{1,20}s(?!\p{L}))`,
    "gu",
  ),
  ([, words = "", digits = ""]) => words + spaced(digits),
);

/** `12-34-56`, `1234-5678`: digits in groups, after a word that says so. */
const grouped = rewrite(
  new RegExp(
    String.raw`${start}((?:${always}|[Cc]ard|[Oo]rder)${link})(\d{2,6}(?:[- ]\d{2,6}){1,5})${numberEnd}(?!-)`,
    "gu",
  ),
  ([, words = "", digits = ""]) =>
    `${words.replace("#", "number ")}${digits.split(/[- ]/).map(digitByDigit).join(", ")}`,
);

/** `X7K9Q2`: letters and digits mixed, each by its name. */
const mixed = rewrite(
  new RegExp(
    String.raw`${start}((?:${always}|[Oo]rder|[Rr]eservation)${link})(?=[A-Z]{0,9}\d)(?=\d{0,9}[A-Z])([A-Z0-9]{4,10})${numberEnd}(?!-)`,
    "gu",
  ),
  ([, words = "", code = ""]) =>
    `${words.replace("#", "number ")}${Array.from(code, (c) => (/\d/.test(c) ? digitByDigit(c) : c)).join(" ")}`,
);

/** Codes digit by digit: `your PIN is 0042`, `order #88213`, `code X7K9Q2`. */
export const codes: readonly Rewrite[] = [
  grouped,
  mixed,
  afterCodeWord,
  afterOther,
  longAfterOther,
];
