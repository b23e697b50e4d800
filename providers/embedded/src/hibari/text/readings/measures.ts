import { anyOf } from "../characters.ts";
import { rewrite, writtenNumber, type Rewrite } from "../rewrite.ts";

/** One and many; `s` is added where only one is given. */
const units: ReadonlyMap<string, readonly [string, string]> = new Map(
  Object.entries({
    m: "meter",
    g: "gram",
    L: "liter",
    l: "liter",
    mL: "milliliter",
    dl: "deciliter",
    tsp: "teaspoon",
    tbsp: "tablespoon",
    gal: "gallon",
    qt: "quart",
    V: "volt",
    kV: "kilovolt",
    W: "watt",
    mW: "milliwatt",
    mA: "milliamp",
    Wh: "watt hour",
    kcal: "kilocalorie",
    kJ: "kilojoule",
    kPa: "kilopascal",
    dB: "decibel",
    px: "pixel",
    Ω: "ohm",
    µs: "microsecond",
    ns: "nanosecond",
    s: "second",
    h: "hour",
    yr: "year",
    PB: "petabyte",
    KiB: "kibibyte",
    MiB: "mebibyte",
    GiB: "gibibyte",
    ha: "hectare",
  }).map(([written, one]): [string, readonly [string, string]] => [written, [one, `${one}s`]]),
);

const invariable: ReadonlyMap<string, string> = new Map([
  ["yrs", "years"],
  ["m/s", "meters per second"],
  ["ft/s", "feet per second"],
  ["MB/s", "megabytes per second"],
  ["GB/s", "gigabytes per second"],
  ["KB/s", "kilobytes per second"],
  ["Mb/s", "megabits per second"],
  ["Mbit/s", "megabits per second"],
  ["Gbit/s", "gigabits per second"],
  ["Kbps", "kilobits per second"],
  ["kbps", "kilobits per second"],
  ["mi/h", "miles per hour"],
  ["rpm", "revolutions per minute"],
  ["bpm", "beats per minute"],
  ["mpg", "miles per gallon"],
  ["psi", "pounds per square inch"],
  ["dpi", "dots per inch"],
  ["hp", "horsepower"],
  ["km²", "square kilometers"],
  ["m²", "square meters"],
  ["m³", "cubic meters"],
  ["cm²", "square centimeters"],
  ["sq m", "square meters"],
  ["sq km", "square kilometers"],
  ["sqft", "square feet"],
  ["sq. ft", "square feet"],
]);

/** Single letters that stand for other things than units when they touch the number. */
const needsBlank = new Set(["s", "h", "l"]);
const notInNumber = String.raw`(?<![\p{L}\p{N}_.,$£€¥₹#])`;

const withUnits = rewrite(
  new RegExp(
    String.raw`${notInNumber}(-?${writtenNumber})( ?)(${anyOf([...units.keys(), ...invariable.keys()])})(?![\p{L}\p{N}_/²³'’-])`,
    "gu",
  ),
  ([asWritten, number = "", blank, unit = ""]) => {
    if (needsBlank.has(unit) && blank === "") return asWritten;
    const [one, many] = units.get(unit) ?? [];
    const name = /^-?1(?:\.0)?$/.test(number) ? one : many;
    return `${number} ${name ?? invariable.get(unit) ?? unit}`;
  },
);

/** `5'10"`, `5' 10"` → `5 foot 10`. */
const height = rewrite(
  /(?<![\p{L}\p{N}_.'"])(\d{1,2})['′] ?(\d{1,2})(?:"|″|'')(?![\p{L}\p{N}])/gu,
  ([, feet = "", inches = ""]) => `${feet} foot ${inches}`,
);
const feetAndInches = rewrite(
  /(?<![\p{L}\p{N}_.])(\d{1,3}) ?ft\.? (\d{1,2}) ?in(?:\.(?= ?[a-z,;])|(?![\p{L}\p{N}_]))/gu,
  ([, feet = "", inches = ""]) => `${feet} feet ${inches} inch${inches === "1" ? "" : "es"}`,
);
const screen = rewrite(
  /(?<![\p{L}\p{N}_."])(\d{1,3}(?:\.\d)?)["″](?= (?:screen|display|monitor|TV|laptop|tablet|phone|pizza|wide|tall|long|deep|thick|by|x) ?)/gu,
  ([, number = ""]) => `${number} inch`,
);

const seats =
  "[Ss]eat|[Rr]ow|[Gg]ate|[Ee]xit|[Rr]oom|[Aa]pt\\.?|[Uu]nit|[Ss]uite|[Bb]us|[Pp]latform|[Ff]loor|[Pp]age|[Ss]ection|[Bb]lock|[Bb]uilding|[Tt]erminal|[Aa]partment|[Nn]umber|[Ll]ine|[Tt]ram|[Tt]rain|[Gg]rade|[Cc]lass|[Zz]one";
/** `72F`, `20C`, but no seat. */
const degrees = rewrite(
  new RegExp(
    String.raw`(?<!(?:${seats}) )(?<![\p{L}\p{N}_.,$£€#])(-?\d{1,3})([FC])(?![\p{L}\p{N}_+#/'’&-]|\.[A-Z])`,
    "gu",
  ),
  ([, number = "", scale]) =>
    `${number} ${/^-?1$/.test(number) ? "degree" : "degrees"} ${scale === "C" ? "Celsius" : "Fahrenheit"}`,
);

/** `1920x1080`, `10 x 12` → `… by …`; `5 x 3 = 15` is a product, `0x1F` a code. */
const size = rewrite(
  /(?<![\p{L}\p{N}_.])(?!0x)(\d{1,5}(?:\.\d{1,2})?) ?[x×] ?(?=\d{1,5}(?:\.\d{1,2})?(?![\p{L}\p{N}_.]| ?=))/gu,
  ([, number = ""]) => `${number} by `,
);

/** `3x faster` → `3 times faster`. */
const times = rewrite(
  /(?<![\p{L}\p{N}_])(\d{1,5}(?:\.\d{1,2})?) ?[x×] (?=(?:more|less|as|the|better|worse|\p{Ll}{2,12}er)(?![\p{L}]))/gu,
  ([, number = ""]) => `${number} times `,
);

/** `1.5M users`, `20k followers`: a count, not meters. */
const counts: ReadonlyMap<string, string> = new Map([
  ["k", "thousand"],
  ["K", "thousand"],
  ["m", "million"],
  ["M", "million"],
  ["bn", "billion"],
  ["B", "billion"],
]);
const bigCount = rewrite(
  /(?<![\p{L}\p{N}_.,$£€])(\d{1,4}(?:\.\d{1,2})?)(k|K|m|M|bn|B)\+? (?=(?:users?|people|followers|views|downloads|customers|subscribers|tokens|parameters|requests|calls|lines|members|stars|words|rows|copies|jobs|times|visitors|dollars|euros|pounds)(?![\p{L}]))/gu,
  ([, number = "", letter = ""]) => `${number} ${counts.get(letter) ?? letter} `,
);

/** `0.5 km` and the like are left to the list that follows; a lone `4x` or `100%` to the lexicon. */
export const measures: readonly Rewrite[] = [
  bigCount,
  height,
  feetAndInches,
  screen,
  times,
  size,
  degrees,
  withUnits,
];
