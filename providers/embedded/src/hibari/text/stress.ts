export const primary = "ˈ";
export const secondary = "ˌ";

const vowel = /[AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ]/;
const consonant = /[bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ]/;

export function isVowel(phoneme: string): boolean {
  return vowel.test(phoneme);
}

export function isConsonant(phoneme: string): boolean {
  return consonant.test(phoneme);
}

/** How much sound there is: a diphthong or affricate counts twice. */
export function weight(phonemes: string): number {
  return phonemes.length + (phonemes.match(/[AIOQWYʤʧ]/g)?.length ?? 0);
}

/**
 * Makes a word's stress stronger or weaker.
 *
 * @param change misaki's scale: below -1 removes all stress; -1 makes a primary stress secondary, and
 *   so do -0.5 and 0 if there is one; 0, 0.5 and 1 give an unstressed word a secondary stress; from 1
 *   on, a lone secondary becomes primary; above 1 an unstressed word gets a primary. Absent: no change
 */
export function applyStress(phonemes: string, change: number | undefined): string {
  if (change === undefined) return phonemes;
  const hasPrimary = phonemes.includes(primary);
  const hasSecondary = phonemes.includes(secondary);
  if (change < -1) return phonemes.replace(/[ˈˌ]/g, "");
  if (change === -1 || ((change === 0 || change === -0.5) && hasPrimary)) {
    return phonemes.replaceAll(secondary, "").replaceAll(primary, secondary);
  }
  if (change >= 0 && change <= 1 && !hasPrimary && !hasSecondary) {
    return markFirstVowel(phonemes, secondary);
  }
  if (change >= 1 && !hasPrimary && hasSecondary) return phonemes.replaceAll(secondary, primary);
  if (change > 1 && !hasPrimary && !hasSecondary) return markFirstVowel(phonemes, primary);
  return phonemes;
}

function markFirstVowel(phonemes: string, mark: string): string {
  return phonemes.replace(vowel, (first) => mark + first);
}
