/** How a word is to be said: `[word](/phonemes/)`. */
const hint = /\[([^\][\n]{1,100})\]\(\/[^/()\n]{1,400}\/\)/gu;

/** The words alone, for captions, histories and voices that do not know hints. */
export function withoutHints(text: string): string {
  return text.replace(hint, "$1");
}

/** Private-use characters: one for each hint of a text. */
const marks = /[\uE000-\uF8FF]/gu;
const firstMark = 0xe000;
const mostMarks = 0xf8ff - firstMark + 1;

/** Lets `rewrite` see a text with a mark for each hint, which it keeps or drops as a whole. */
export function aroundHints(text: string, rewrite: (text: string) => string): string {
  const hints: string[] = [];
  const marked = text.replace(marks, "").replace(hint, (written) => {
    if (hints.length === mostMarks) return written;
    return String.fromCharCode(firstMark + hints.push(written) - 1);
  });
  return rewrite(marked).replace(marks, (mark) => hints[mark.charCodeAt(0) - firstMark] ?? "");
}
