import { aroundHints, withoutHints } from "./hints.ts";
import { plainLine } from "./speakable-markdown.ts";

/** Pictures and ornaments with what joins or colours them; of a keycap the digit stays. */
const emoji =
  /(?![©®™])[\p{Extended_Pictographic}\p{Regional_Indicator}\u2600-\u27BF\u2B00-\u2BFF](?:\p{Emoji_Modifier}|\u200D|[\u{E0020}-\u{E007F}])*|\p{Emoji_Modifier}|[\uFE0E\uFE0F\u20E3]\u200D?/gu;
/** `:)` and its like, standing alone. */
const emoticon = /(?<=^|\s)[:;=]-?[)(DPp|](?=$|[\s.,!?])/gu;
const codeBlock = /`{3,}[^]*?(?:`{3,}|$)/gu;
const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&apos;": "'",
  "&nbsp;": " ",
};

/**
 * What a voice should say for a piece of a model's reply: Markdown marks, HTML tags, code blocks,
 * emoji and the paths of web addresses are not read aloud. Plain prose comes back as it is, but for
 * white space.
 *
 * @param options.hints keep `[word](/phonemes/)` for a voice that reads it; default false, the word
 *   alone
 * @returns "" when there is nothing to say
 */
export function speakable(
  sentence: string,
  { hints = false }: { readonly hints?: boolean } = {},
): string {
  return aroundHints(hints ? sentence : withoutHints(sentence), plainText);
}

function plainText(sentence: string): string {
  const text = sentence
    .replace(codeBlock, "\n")
    .split("\n")
    .map(plainLine)
    .filter(Boolean)
    .join(" ")
    .replace(/&(?:amp|lt|gt|quot|#39|apos|nbsp);/gu, (entity) => entities[entity] ?? entity)
    .replace(emoji, "")
    .replace(emoticon, "")
    .replace(/\s+/gu, " ")
    .replace(/ (?=[.,!?;:](?:\s|$))/gu, "") // what stood before it is gone
    .trim();
  return /[\p{L}\p{N}\uE000-\uF8FF]/u.test(text) ? text : "";
}
