import type { Dictionary, Usage } from "./dictionary.ts";

const flapping = /[AIOWYiuæɑəɛɪɹʊʌ]t$/;

/** The plural or third-person ending as it sounds behind `stem`. */
export function withS(stem: string): string {
  if (/[ptkfθ]$/.test(stem)) return `${stem}s`;
  if (/[szʃʒʧʤ]$/.test(stem)) return `${stem}ᵻz`;
  return `${stem}z`;
}

/** The past ending; a t between vowels is flapped. */
export function withEd(stem: string): string {
  if (/[pkfθʃsʧ]$/.test(stem)) return `${stem}t`;
  if (stem.endsWith("d")) return `${stem}ᵻd`;
  if (!stem.endsWith("t")) return `${stem}d`;
  if (stem.length < 2) return `${stem}ɪd`;
  return flapping.test(stem) ? `${stem.slice(0, -1)}ɾᵻd` : `${stem}ᵻd`;
}

export function withIng(stem: string): string {
  return flapping.test(stem) ? `${stem.slice(0, -1)}ɾɪŋ` : `${stem}ɪŋ`;
}

/** Reads a word as a known one with `-s`, `-ed` or `-ing`; each in turn, the first that fits. */
export function readInflected(
  dictionary: Dictionary,
  word: string,
  usage: Usage,
): string | undefined {
  return (
    sound(dictionary, stemOfS(dictionary, word), usage, withS) ??
    sound(dictionary, stemOfEd(dictionary, word), usage, withEd) ??
    sound(
      dictionary,
      stemOfIng(dictionary, word),
      { ...usage, stress: usage.stress ?? 0.5 },
      withIng,
    )
  );
}

function sound(
  dictionary: Dictionary,
  stem: string | undefined,
  usage: Usage,
  ending: (phonemes: string) => string,
): string | undefined {
  const phonemes = stem === undefined ? undefined : dictionary.lookUp(stem, usage);
  return phonemes === undefined || phonemes === "" ? undefined : ending(phonemes);
}

function stemOfS(dictionary: Dictionary, word: string): string | undefined {
  if (word.length < 3 || !word.endsWith("s")) return undefined;
  const candidates: string[] = [];
  if (!word.endsWith("ss")) candidates.push(word.slice(0, -1));
  const es = word.length > 4 && word.endsWith("es");
  const ies = es && word.endsWith("ies");
  if (word.endsWith("'s") || (es && !ies)) candidates.push(word.slice(0, -2));
  if (ies) candidates.push(`${word.slice(0, -3)}y`);
  return candidates.find((stem) => dictionary.knows(stem));
}

function stemOfEd(dictionary: Dictionary, word: string): string | undefined {
  if (word.length < 4 || !word.endsWith("d")) return undefined;
  const candidates: string[] = [];
  if (!word.endsWith("dd")) candidates.push(word.slice(0, -1));
  if (word.length > 4 && /[^e]ed$/.test(word)) candidates.push(word.slice(0, -2));
  return candidates.find((stem) => dictionary.knows(stem));
}

function stemOfIng(dictionary: Dictionary, word: string): string | undefined {
  if (word.length < 5 || !word.endsWith("ing")) return undefined;
  const candidates = [`${word.slice(0, -3)}e`];
  if (word.length > 5) {
    candidates.unshift(word.slice(0, -3));
    if (/([bcdgklmnprstvxz])\1ing$|cking$/.test(word)) candidates.push(word.slice(0, -4));
  }
  return candidates.find((stem) => dictionary.knows(stem));
}
