/**
 * What a person said, made easy to match: lower case, contractions written out, no punctuation but
 * what belongs to numbers, no fillers, and one spelling for words that speech recognisers write in
 * many ways.
 */
export function plainWords(said: string): string {
  const lower = said
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[‘’`´]/g, "'");
  return withoutPoliteness(symbols(productName(contractions(lower))));
}

/** Longer speech than this is cut: nobody says so much in one breath to a demo. */
const longestUtterance = 1000;

/** The sentences of an utterance as they were said. At least one, which may be empty. */
export function sentencesOf(utterance: string): string[] {
  const pieces = utterance
    .slice(0, longestUtterance)
    .split(/[.!?]+(?:\s+|$)|\n+/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "");
  return pieces.length > 0 ? pieces : [""];
}

const written: readonly (readonly [RegExp, string])[] = [
  [/\b(what|who|where|when|how|that|there|here|it|he|she|name)'s\b/g, "$1 is"],
  [/\b(i)'m\b/g, "$1 am"],
  [/\b(you|we|they|what|how)'re\b/g, "$1 are"],
  [/\b(i|you|we|they)'ve\b/g, "$1 have"],
  [/\b(i|you|we|they|it|that)'ll\b/g, "$1 will"],
  [/\b(i|you|we|they)'d\b/g, "$1 would"],
  [/\blet's\b/g, "let us"],
  [/\bcan't\b/g, "can not"],
  [/\bwon't\b/g, "will not"],
  [/\b(do|does|did|is|are|was|have|could|would|should)n't\b/g, "$1 not"],
  [/\b(?:what|whats) is up\b|\bwhats up\b/g, "what is up"],
  [/\bwhats\b/g, "what is"],
  [/\bcolour/g, "color"],
  [/\bfavourite/g, "favorite"],
  [/\bo'clock\b/g, ""],
  [/\bgonna\b/g, "going to"],
  [/\bwanna\b/g, "want to"],
  [/\bnon-?stop\b/g, "all the time"],
];

function contractions(text: string): string {
  return written.reduce((so, [short, long]) => so.replace(short, long), text);
}

/** Recognisers hear the five letters as anything from "L.L.M. R.T.C." to "LLM are TC". */
function productName(text: string): string {
  return text
    .replace(
      /\bl[ .-]{0,2}l[ .-]{0,2}m[ .-]{0,2}(?:r|are|our)?[ .-]{0,2}t[ .-]{0,2}(?:c|z|see|sea)\b/g,
      "llmrtc",
    )
    .replace(/\b(?:elemar|elmar|ellemar|lm|lmr|ll mr|l m r) ?(?:rtc|t ?c)\b/g, "llmrtc");
}

function symbols(text: string): string {
  return text
    .replace(/(\d),(?=\d{3}\b)/g, "$1")
    .replace(/[$€£](?=\d)/g, "")
    .replace(/(\d) {0,2}[x×] {0,2}(?=\d)/g, "$1 times ")
    .replace(/(\d) {0,2}[-–−] {0,2}(?=\d)/g, "$1 minus ")
    .replace(/(^| )[-–−](?=\d)/g, "$1minus ")
    .replace(/(\d)\^(?=\d)/g, "$1 to the power of ")
    .replace(/[+]/g, " plus ")
    .replace(/[*×]/g, " times ")
    .replace(/[÷/]/g, " divided by ")
    .replace(/√/g, " square root of ")
    .replace(/%/g, " percent ")
    .replace(/²/g, " squared ")
    .replace(/ [-–−] /g, " minus ")
    .replace(/[^\p{L}\p{N}'.]+/gu, " ")
    .replace(/\.(?!\d)|(?<!\d)\./g, " ")
    .replace(/ {2,}/g, " ")
    .trim();
}

const opening =
  /^(?:um+|uh+|erm?|hmm+|oh|ah|well|so|okay|ok|alright|now|and|but|please|hey|hello|hi|good (?:morning|afternoon|evening)|listen|actually|just|then|right)(?: there)? (?=(?!there$)\S)/;
const request =
  /^(?:(?:can|could|would|will) you (?:please |kindly |just )?(?:tell|give|show) me|(?:please )?(?:tell|give) me|do you know|i (?:would like|want) to know|let me know|i have a question) (?=\S)/;
const closing = / (?:please|right now|for me|then|my friend|if you can)$/;

function withoutPoliteness(text: string): string {
  let words = text;
  // Each round shortens the text, and a few rounds take off whatever people really say.
  for (let round = 0; round < 4; round++) {
    words = words.replace(opening, "").replace(request, "").replace(closing, "");
  }
  return words;
}
