/** A stretch of text, or a link's label with the phonemes that stand where its address would. */
export interface TextSpan {
  readonly text: string;
  readonly isLink: boolean;
  readonly phonemes?: string | undefined;
}

/** Cuts text at its links. `[Kokoro](/kˈOkəɹO/)` says how to read a word; an address is not read. */
export function splitLinks(text: string): TextSpan[] {
  const spans: TextSpan[] = [];
  let from = 0;
  let close = -1;
  for (let label = text.indexOf("]("); label !== -1; label = text.indexOf("](", label + 2)) {
    if (label < from) continue;
    if (close < label + 2) close = text.indexOf(")", label + 2);
    if (close === -1) break;
    // The label starts at the first bracket behind the last closing one.
    const behind = Math.max(from, label === 0 ? 0 : text.lastIndexOf("]", label - 1) + 1);
    const open = text.slice(behind, label).indexOf("[");
    if (open === -1 || behind + open + 1 === label) continue;
    spans.push({ text: text.slice(from, behind + open), isLink: false });
    const phonemes = phonemesOf(text.slice(label + 2, close));
    spans.push({ text: text.slice(behind + open + 1, label), isLink: true, phonemes });
    from = close + 1;
  }
  spans.push({ text: text.slice(from), isLink: false });
  return spans;
}

function phonemesOf(address: string): string | undefined {
  const isSounds = address.length > 1 && address.startsWith("/") && address.endsWith("/");
  return isSounds ? address.slice(1, -1) : undefined;
}
