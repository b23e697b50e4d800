import { wordLetter as letter } from "./characters.ts";

const quotes = "'\"”“`‘´’‚,„»«「」『』（）〔〕【】《》〈〉";
const marks = String.raw`…,:;!?¿¡()\[\]{}<>_#*&。？！，、；：～·`;
const icons = "™®©°§¶†‡•";
const currencySigns = "$£€¥฿₽₹₩₪₺₴₦₫₱₲₵₸₼₾₿";
const units =
  "km|km²|km³|m|m²|m³|dm|dm²|dm³|cm|cm²|cm³|mm|mm²|mm³|ha|µm|nm|yd|in|ft|kg|g|mg|µg|t|lb|oz|m/s|km/h|kmh|mph|hPa|Pa|mbar|mb|MB|kb|KB|gb|GB|tb|TB|T|G|M|K|%";
const lower = "a-zß-öø-ÿ";
const upper = "A-ZÀ-ÖØ-Þ";
const letterOrNumeral = String.raw`[\p{L}\p{N}]`;

const prefix = new RegExp(
  String.raw`^(?:\.\.+|US\$|[CA]\$|\+(?![0-9])|[%=—–${marks}${quotes}${icons}${currencySigns}])`,
  "u",
);
const suffix = new RegExp(
  `(?:${[
    "……",
    `[—–${marks}${quotes}${icons}]`,
    "['’][sS]",
    String.raw`(?<=[0-9])\+`,
    String.raw`(?<=°[FfCcKk])\.`,
    String.raw`(?<=[0-9])(?:[${currencySigns}]|(?:US|[CA])\$)`,
    `(?<=[0-9])(?:${units})`,
    String.raw`(?<=[0-9${lower}%²\-+${marks}${quotes}])\.`,
    `(?<=[${upper}][${upper}])\\.`,
  ].join("|")})$`,
  "u",
);
const longestSuffixWithContext = 8;

const infixes = new RegExp(
  [
    String.raw`\.\.+`,
    `[…${icons}]`,
    String.raw`(?<=[0-9])[+\-*^](?=[0-9-])`,
    String.raw`(?<=[${lower}${quotes}])\.(?=[${upper}${quotes}])`,
    `(?<=${letter}),(?=${letter})`,
    `(?<=${letterOrNumeral})(?:--|---|——|[-–—~])(?=${letter})`,
    `(?<=${letterOrNumeral})[:<>=/](?=${letter})`,
  ].join("|"),
  "gu",
);

/** How many characters at the start of `chunk` are an opening mark of their own; 0 for none. */
export function prefixLength(chunk: string): number {
  return prefix.exec(chunk)?.[0].length ?? 0;
}

/** How many characters at the end of `chunk` are a closing mark, unit or ending of their own. */
export function suffixLength(chunk: string): number {
  let dots = 0;
  while (chunk.at(-1 - dots) === ".") dots++;
  if (dots > 1) return dots;
  return suffix.exec(chunk.slice(-longestSuffixWithContext))?.[0].length ?? 0;
}

/** Cuts a chunk at the marks between its words: `easy-to-use` → `easy`, `-`, `to`, `-`, `use`. */
export function splitAtInfixes(chunk: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (const { 0: mark, index } of chunk.matchAll(infixes)) {
    if (index === 0) continue;
    if (index > start) pieces.push(chunk.slice(start, index));
    pieces.push(mark);
    start = index + mark.length;
  }
  if (start < chunk.length) pieces.push(chunk.slice(start));
  return pieces;
}
