import { rewrite, type Rewrite } from "../rewrite.ts";

const units = ",,half,third,quarter,fifth,sixth,seventh,eighth,ninth,tenth".split(",");
const signs: ReadonlyMap<string, string> = new Map([
  ["½", "1/2"],
  ["¼", "1/4"],
  ["¾", "3/4"],
  ["⅓", "1/3"],
  ["⅔", "2/3"],
  ["⅛", "1/8"],
  ["⅜", "3/8"],
  ["⅝", "5/8"],
  ["⅞", "7/8"],
]);

const unfolded = rewrite(/(\d ?)?([½¼¾⅓⅔⅛⅜⅝⅞])/gu, ([, whole, sign = ""]) =>
  whole === undefined ? (signs.get(sign) ?? sign) : `${whole.trim()} ${signs.get(sign) ?? sign}`,
);

function fraction(a: number, b: number): string | undefined {
  const unit = units[b];
  if (a < 1 || a >= b || !unit) return undefined;
  const many = unit === "half" ? "halves" : `${unit}s`;
  return `${String(a)} ${a === 1 ? unit : many}`;
}

/** `3 1/2` → `3 and a half`. */
const mixed = rewrite(
  /(?<![\p{L}\p{N}_./,-])(\d{1,4})[ -](\d)\/(\d{1,2})(?![\p{L}\p{N}_/]|\.\d)/gu,
  ([asWritten, whole = "", a, b]) => {
    const part = fraction(Number(a), Number(b));
    if (part === undefined) return asWritten;
    return `${whole} and ${part.replace(/^1 /, "a ")}`;
  },
);

/** Said as they are written, and no dates. */
const idioms: ReadonlyMap<string, string> = new Map([
  ["24/7", "24 7"],
  ["50/50", "50 50"],
  ["9/11", "9 11"],
  ["20/20", "20 20"],
]);

const idiom = rewrite(
  /(?<![\p{L}\p{N}_./-])(24\/7|50\/50|9\/11|20\/20)(?![\p{L}\p{N}_/]|[.-]\d)/gu,
  ([, written = ""]) => idioms.get(written) ?? written,
);

/** `1/2.` at the end of a sentence, as anywhere else. */
const atEnd = rewrite(
  /(?<![\p{L}\p{N}_./-])(\d)\/(\d{1,2})(?=\.(?![\p{L}\p{N}_/.]))/gu,
  ([asWritten, a, b]) => {
    const part = fraction(Number(a), Number(b));
    if (part === undefined) return asWritten;
    return part === "1 half" ? "one half" : part;
  },
);

/** `16:9` → `16 to 9`. Minutes have two digits, so a single one makes it a ratio. */
const ratio = rewrite(
  /(?<![\p{L}\p{N}_.:/-])(\d{1,4}):(\d)(?![\p{L}\p{N}_:/]|\.\d| ?[AaPp]\.?[Mm])/gu,
  ([, a = "", b = ""]) => `${a} to ${b}`,
);
const namedRatio = rewrite(
  /(?<=(?:ratio|scale|odds|aspect)(?: of| is| are)? )(\d{1,6}):(\d{1,6})(?![\p{L}\p{N}_:])|(?<![\p{L}\p{N}_.:])(\d{1,6}):(\d{1,6})(?= (?:ratio|scale|odds|aspect))/gu,
  ([, a, b, c, d]) => `${a ?? c ?? ""} to ${b ?? d ?? ""}`,
);

/** Fractions and ratios beyond `3/4` in the middle of a sentence. */
export const fractions: readonly Rewrite[] = [unfolded, mixed, idiom, atEnd, namedRatio, ratio];
