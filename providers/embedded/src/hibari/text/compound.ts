import { isLetters } from "./characters.ts";
import { applyStress, primary, weight } from "./stress.ts";

/** What one look-up gave for a stretch of a compound word. */
export interface Piece {
  /** Its first part as written. */
  readonly text: string;
  readonly phonemes: string;
}

/** Puts the pieces of a compound together: apart if it mixes kinds of characters, else as one word. */
export function joinPieces(text: string, pieces: readonly Piece[]): string {
  const sounding = pieces.filter(({ phonemes }) => phonemes !== "");
  if (mixesKinds(text)) return sounding.map(({ phonemes }) => phonemes).join(" ");
  return withOneStress(sounding).join("");
}

function mixesKinds(text: string): boolean {
  if (text.includes("/")) return true;
  const kinds = Array.from(text.replace(/['‘’,\-._]/g, ""), (character) =>
    isLetters(character) ? "letter" : /[0-9]/.test(character) ? "digit" : "other",
  );
  return new Set(kinds).size > 1;
}

/** Weakens the lighter half of the stressed pieces; behind a single letter, the other piece. */
function withOneStress(pieces: readonly Piece[]): string[] {
  const phonemes = pieces.map((piece) => piece.phonemes);
  const [first] = pieces;
  const stressed = phonemes.filter((piece) => piece.includes(primary)).length;
  if (pieces.length === 2 && first?.text.length === 1) {
    return phonemes.map((piece, i) => (i === 1 ? applyStress(piece, -0.5) : piece));
  }
  if (pieces.length < 2 || stressed <= Math.floor((pieces.length + 1) / 2)) return phonemes;
  const lightestFirst = phonemes
    .map((piece, i) => ({ i, stressed: Number(piece.includes(primary)), weight: weight(piece) }))
    .sort((a, b) => a.stressed - b.stressed || a.weight - b.weight || a.i - b.i);
  const weakened = new Set(lightestFirst.slice(0, Math.floor(pieces.length / 2)).map(({ i }) => i));
  return phonemes.map((piece, i) => (weakened.has(i) ? applyStress(piece, -0.5) : piece));
}
