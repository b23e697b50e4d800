import { anyOf } from "../characters.ts";
import { rewrite, type Rewrite } from "../rewrite.ts";

/** Only before a number; the word alone, or at the end of a sentence, is another. */
const beforeNumber: ReadonlyMap<string, string> = new Map([
  ["No.", "number"],
  ["no.", "number"],
  ["Nos.", "numbers"],
  ["nos.", "numbers"],
  ["Nr.", "number"],
  ["nr.", "number"],
  ["№", "number"],
  ["p.", "page"],
  ["pg.", "page"],
  ["pp.", "pages"],
  ["fig.", "figure"],
  ["Fig.", "Figure"],
  ["figs.", "figures"],
  ["vol.", "volume"],
  ["Vol.", "Volume"],
  ["ch.", "chapter"],
  ["Ch.", "Chapter"],
  ["sec.", "section"],
  ["Sec.", "Section"],
  ["art.", "article"],
  ["Art.", "Article"],
  ["eq.", "equation"],
  ["ver.", "version"],
  ["ext.", "extension"],
  ["Ext.", "Extension"],
  ["tel.", "telephone"],
  ["Tel.", "Telephone"],
  ["approx.", "approximately"],
  ["Approx.", "Approximately"],
  ["est.", "established"],
  ["Est.", "Established"],
  ["max.", "maximum"],
  ["Max.", "Maximum"],
  ["min.", "minimum"],
  ["Min.", "Minimum"],
  ["ca.", "circa"],
  ["Apt.", "Apartment"],
  ["apt.", "apartment"],
  ["Rm.", "Room"],
  ["Hwy.", "Highway"],
  ["Rte.", "Route"],
]);

const numbered = rewrite(
  new RegExp(String.raw`(?<![\p{L}\p{N}_.])(${anyOf(beforeNumber.keys())}) ?(?=[#$£€~]?\d)`, "gu"),
  ([, written = ""]) => `${beforeNumber.get(written) ?? written} `,
);

/** Anywhere, whatever follows. */
const anywhere: ReadonlyMap<string, string> = new Map([
  ["Approx.", "Approximately"],
  ["a.k.a.", "also known as"],
  ["incl.", "including"],
  ["excl.", "excluding"],
  ["misc.", "miscellaneous"],
  ["dept.", "department"],
  ["apt.", "apartment"],
  ["appt.", "appointment"],
  ["mgmt.", "management"],
  ["b/c", "because"],
  ["c/o", "care of"],
  ["n/a", "not applicable"],
  ["N/A", "not applicable"],
]);

const inFull = rewrite(
  new RegExp(String.raw`(?<![\p{L}\p{N}_.])(${anyOf(anywhere.keys())})(?![\p{L}\p{N}_])`, "gu"),
  ({ 0: written, index, input }) => {
    const endsText = index + written.length === input.length && written.endsWith(".");
    return (anywhere.get(written) ?? written) + (endsText ? "." : "");
  },
);

/** `Elm Dr.` is a drive, `Dr. Elm` a doctor. */
const drive = rewrite(
  /(?<=(?<![\p{L}\p{N}_])(?!(?:Hello|Hi|Hey|Dear|Thanks|Yes|No|Good|Is|The|Our|Your|And|But|So) )\p{Lu}\p{Ll}{2,20} )Dr(?:\.(?=,| \p{Ll}| \d|$)|(?=,| \p{Ll}))/gu,
  ({ 0: written, index, input }) =>
    index + written.length === input.length && written.endsWith(".") ? "Drive." : "Drive",
);

/** `5th St. The` and `Main St. It`: a street, though a capital follows. */
const street = rewrite(
  /(?<=(?:\d(?:st|nd|rd|th)|(?<![\p{L}\p{N}_])(?:Main|High|Oak|Elm|Park|King|Queen|Church|Market|Broad|Baker|Wall)) )St\.(?= \p{Lu})/gu,
  () => "Street.",
);

/** Short forms that the list of the voice reads wrongly or not at all. */
export const shortForms: readonly Rewrite[] = [numbered, inFull, drive, street];
