/**
 * Joins Whisper's byte-pair tokens to text. The vocabulary spells every byte as one printable
 * character, in the alphabet of GPT-2.
 */
export class TokenText {
  readonly #bytes: readonly Uint8Array[];

  /** @param vocabulary spelling of each token, by id */
  constructor(vocabulary: readonly string[]) {
    const alphabet = byteAlphabet();
    this.#bytes = vocabulary.map((spelling) =>
      Uint8Array.from(spelling, (letter) => alphabet.get(letter) ?? 63),
    );
  }

  /** UTF-8 sequences may span tokens, so whole texts are decoded at once. */
  text(ids: readonly number[]): string {
    const decoder = new TextDecoder();
    const pieces = ids.map((id) => decoder.decode(this.#bytes[id], { stream: true }));
    return pieces.join("") + decoder.decode();
  }
}

/** Printable bytes stand for themselves, the others for the characters from U+0100 on. */
function byteAlphabet(): Map<string, number> {
  const alphabet = new Map<string, number>();
  let unprintable = 0;
  for (let byte = 0; byte < 256; byte++) {
    const printable =
      (byte > 32 && byte < 127) || (byte > 160 && byte < 173) || (byte > 173 && byte < 256);
    alphabet.set(String.fromCodePoint(printable ? byte : 256 + unprintable++), byte);
  }
  return alphabet;
}
