/** One line of Markdown or HTML as plain text; "" for a line that only draws something. */
export function plainLine(line: string): string {
  const content = plainBlock(line.trim());
  return withoutEmphasis(withoutLinks(withoutTags(content))).trim();
}

const ruler = /^(?:[-*_=]\s*){3,}$/u;
const tableRuler = /^\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*$/u;

/** Headings, quotes, lists, tables. The number of a numbered list is kept: it is spoken. */
function plainBlock(line: string): string {
  if (ruler.test(line) || tableRuler.test(line)) return "";
  const text = line
    .replace(/^(?:>\s?)+/u, "")
    .replace(/^#{1,6}\s+/u, "")
    .replace(/\s+#+$/u, "")
    .replace(/^[-*+•‣◦]\s+/u, "")
    .replace(/^\[[ xX]\]\s+/u, "");
  return text.startsWith("|") || text.includes(" | ") ? tableRow(text) : text;
}

function tableRow(row: string): string {
  const cells = row.split("|").map((cell) => cell.trim());
  return cells.filter(Boolean).join(", ");
}

function withoutTags(text: string): string {
  return text
    .replace(/<((?:https?:\/\/|mailto:)[^<>\s]+)>/gu, "$1")
    .replace(/<!--.*?(?:-->|$)/gu, "")
    .replace(/<br\s*\/?>/giu, " ")
    .replace(/<\/?[a-z][^<>]*>/giu, "");
}

/** A link says its label, a bare address its host, a footnote nothing. */
function withoutLinks(text: string): string {
  return text
    .replace(/!?\[([^\][]*)\]\((?:[^()]|\([^()]*\))*\)/gu, "$1")
    .replace(/\[\^[^\][]+\]|【[^】]*】/gu, "")
    .replace(/\[([^\][]+)\]\[[^\][]*\]/gu, "$1")
    .replace(/\bmailto:/gu, "")
    .replace(
      /\bhttps?:\/\/(?:www\.)?([^\s/?#]*[^\s/?#.,;:!)"'])(?:[/?#][^\s)]*[^\s.,;:!?)"'])?\/?/gu,
      "$1",
    );
}

/**
 * Bold, italic, struck out, inline code, escapes, TeX brackets. A mark whose partner is in another
 * sentence goes too. `5 * 3`, `2*3` and `snake_case` are no emphasis; the last is said as two words.
 */
function withoutEmphasis(text: string): string {
  return text
    .replace(/`+/gu, "")
    .replace(/~{2,}/gu, "")
    .replace(/\\[()[\]]/gu, "")
    .replace(/\\(?=[!-/:-@[-`{-~])/gu, "")
    .replace(/\*{2,}/gu, "")
    .replace(/(?<=\S)(?<!\d)\*|(?<!\d)\*(?=\S)|\*(?=[^\s\d])/gu, "")
    .replace(/(?<=[\p{L}\p{N}])_+(?=[\p{L}\p{N}])/gu, " ")
    .replace(/_/gu, "");
}
