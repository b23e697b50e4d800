import { isLetters } from "./characters.ts";
import { partOfSpeech, symbolWord, type Dictionary, type Usage } from "./dictionary.ts";
import { primary, secondary } from "./stress.ts";

/** Abbreviations with dots inside, of one or two letters each: "U.S.A.", "Ph.D". */
function isDotted(word: string): boolean {
  return (
    /[^.]\.+[^.]/.test(word) &&
    isLetters(word.replaceAll(".", "")) &&
    word.split(".").every((part) => part.length < 3)
  );
}

/**
 * Words that the dictionary alone cannot read: symbols, dotted abbreviations, and the small words
 * whose sound depends on their neighbours. `undefined` for all others.
 */
export function readFunctionWord(
  dictionary: Dictionary,
  word: string,
  usage: Usage,
): string | undefined {
  const { tag = "", stress, following } = usage;
  const nextVowel = following?.vowel;
  const symbol = symbolWord(word);
  if (tag === "ADD" && word === ".") return dictionary.lookUp("dot", { stress: -0.5, following });
  if (tag === "ADD" && word === "/") return dictionary.lookUp("slash", { stress: -0.5, following });
  if (symbol !== undefined) return dictionary.lookUp(symbol, { following });
  if (isDotted(word)) return dictionary.spell(word);
  switch (word) {
    case "a":
    case "A":
      return tag === "DT" ? "ɐ" : "ˈA";
    case "am":
    case "Am":
    case "AM":
      if (tag.startsWith("NN")) return dictionary.spell(word);
      if (nextVowel === undefined || word !== "am" || (stress ?? 0) > 0) {
        return dictionary.lookUp("am");
      }
      return "ɐm";
    case "an":
    case "An":
    case "AN":
      return word === "AN" && tag.startsWith("NN") ? dictionary.spell(word) : "ɐn";
    case "I":
      return tag === "PRP" ? `${secondary}I` : undefined;
    case "by":
    case "By":
    case "BY":
      return partOfSpeech(tag) === "ADV" ? "bˈI" : undefined;
    case "to":
    case "To":
    case "TO":
      if (!isTo(word, tag)) return undefined;
      if (nextVowel === undefined) return dictionary.lookUp("to");
      return nextVowel ? "tʊ" : "tə";
    case "in":
    case "In":
    case "IN":
      if (word === "IN" && tag === "NNP") return undefined;
      return nextVowel === undefined || tag !== "IN" ? `${primary}ɪn` : "ɪn";
    case "the":
    case "The":
    case "THE":
      if (word === "THE" && tag !== "DT") return undefined;
      return nextVowel === true ? "ði" : "ðə";
    case "used":
    case "Used":
    case "USED":
      return dictionary.lookUp("used", {
        tag: (tag === "VBD" || tag === "JJ") && following?.to ? "VBD" : "DEFAULT",
      });
    default:
      return tag === "IN" && /^vs\.?$/i.test(word)
        ? dictionary.lookUp("versus", { following })
        : undefined;
  }
}

/** Whether this is the word "to" that makes "used to" one expression. */
export function isTo(word: string, tag: string): boolean {
  return word === "to" || word === "To" || (word === "TO" && (tag === "TO" || tag === "IN"));
}
