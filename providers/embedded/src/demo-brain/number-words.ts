const small: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
    "sixteen seventeen eighteen nineteen"
  )
    .split(" ")
    .map((word, value) => [word, value]),
);
const tens: Readonly<Record<string, number>> = Object.fromEntries(
  "twenty thirty forty fifty sixty seventy eighty ninety"
    .split(" ")
    .map((word, index) => [word, 20 + 10 * index]),
);
const scales: Readonly<Record<string, number>> = {
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
};

/** A number and the place of the word after it. */
export interface ReadNumber {
  readonly value: number;
  readonly next: number;
}

/** Reads the number that starts at a word, in digits or in words; undefined when none does. */
export function readNumber(words: readonly string[], at: number): ReadNumber | undefined {
  const digits = words[at];
  if (digits !== undefined && /^\d{1,18}(?:\.\d{1,18})?$/.test(digits)) {
    return scaled(words, { value: Number(digits), next: at + 1 });
  }
  const whole = readWords(words, at);
  const point = whole?.next ?? at;
  if (words[point] === "point") return readFraction(words, point + 1, whole?.value ?? 0) ?? whole;
  return whole;
}

/** `5 million`, `3 hundred`, `2 dozen`. */
function scaled(words: readonly string[], read: ReadNumber): ReadNumber {
  const scale = unitOf(words[read.next]);
  return scale === undefined ? read : { value: read.value * scale, next: read.next + 1 };
}

function unitOf(word: string | undefined): number | undefined {
  if (word === "hundred") return 100;
  if (word === "dozen") return 12;
  return lookUp(scales, word);
}

function readWords(words: readonly string[], start: number): ReadNumber | undefined {
  const article = (words[start] === "a" || words[start] === "an") && unitOf(words[start + 1]);
  let at = article ? start + 1 : start;
  let total = 0;
  let group: number | undefined;
  /** The largest value that may still follow in this group: 99, after "twenty" 9, after "one" 0. */
  let room = 99;
  let lastScale = Infinity;

  for (; at < words.length; at++) {
    const word = words[at];
    const value = lookUp(small, word) ?? lookUp(tens, word);
    const scale = lookUp(scales, word);
    if (value !== undefined && value <= room && (value > 0 || group === undefined)) {
      group = (group ?? 0) + value;
      room = value >= 20 ? 9 : 0;
    } else if (word === "hundred" && (group ?? 1) < 100) {
      group = (group ?? 1) * 100;
      room = 99;
    } else if (word === "dozen" && total === 0) {
      return { value: (group ?? 1) * 12, next: at + 1 };
    } else if (scale !== undefined && scale < lastScale) {
      total += (group ?? 1) * scale;
      group = undefined;
      room = 99;
      lastScale = scale;
    } else if (!(word === "and" && joins(words, at, total, group))) {
      break;
    }
  }
  const anything = group !== undefined || total > 0;
  return anything ? { value: total + (group ?? 0), next: at } : undefined;
}

/** "and" belongs to the number in "one hundred and five", not in "three and four". */
function joins(
  words: readonly string[],
  at: number,
  total: number,
  group: number | undefined,
): boolean {
  const next = lookUp(small, words[at + 1]) ?? lookUp(tens, words[at + 1]);
  const afterHundred = group !== undefined && group >= 100 && group % 100 === 0;
  const afterScale = group === undefined && total > 0;
  return next !== undefined && (afterHundred || afterScale);
}

function readFraction(
  words: readonly string[],
  start: number,
  whole: number,
): ReadNumber | undefined {
  let digits = "";
  let at = start;
  for (; at < words.length && digits.length < 15; at++) {
    const word = words[at] ?? "";
    const digit = /^\d$/.test(word) ? Number(word) : word === "oh" ? 0 : lookUp(small, word);
    if (digit === undefined || digit > 9) break;
    digits += String(digit);
  }
  return digits === "" ? undefined : { value: Number(`${whole}.${digits}`), next: at };
}

function lookUp(
  table: Readonly<Record<string, number>>,
  word: string | undefined,
): number | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

/**
 * A number as it is shown and spoken: `84`, `minus 7`, `1,234,567`, `3.3333`, `1.2 times 10 to the
 * power of 21`. At most four decimals.
 */
export function numberInWords(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? "minus " : "";
  if (size >= 1e15 || (size > 0 && size < 1e-4)) {
    const [digits = "0", power = "0"] = size.toExponential(2).split("e");
    const exponent = Number(power);
    return `${sign}${Number(digits)} times 10 to the power of ${exponent < 0 ? "minus " : ""}${Math.abs(exponent)}`;
  }
  const rounded = Math.round(size * 1e4) / 1e4;
  const shown = rounded.toLocaleString("en-US", {
    useGrouping: rounded >= 10_000,
    maximumFractionDigits: 4,
  });
  return `${rounded === 0 ? "" : sign}${shown}`;
}

/** Whether `numberInWords` had to leave decimals out. */
export function isRounded(value: number): boolean {
  const size = Math.abs(value);
  return Math.abs(size - Math.round(size * 1e4) / 1e4) > size * 1e-12;
}
