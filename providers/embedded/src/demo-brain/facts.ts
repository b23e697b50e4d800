/** A thing that the person has told. */
export interface Fact {
  /** As the person put it: `favourite colour`, `code`. */
  readonly thing: string;
  readonly value: string;
  /** "my code" is theirs, "the code" is anybody's. */
  readonly whose: "your" | "the";
}

/** The same for "favourite colours", "favorite color". */
export function keyOf(thing: string): string {
  return thing
    .toLowerCase()
    .replace(/colour/g, "color")
    .replace(/favourite/g, "favorite")
    .replace(/\b(?:secret|own|new|little) /g, "")
    .replace(/s$/, "")
    .trim();
}
