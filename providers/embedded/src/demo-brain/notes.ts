import { keyOf, type Fact } from "./facts.ts";
import { personalFact } from "./personal.ts";
import { workOut } from "./sums.ts";

/** What a person has told in this call. */
export interface Notes {
  readonly name: string | undefined;
  /** By `keyOf` the thing; the newest of a kind wins. */
  readonly facts: ReadonlyMap<string, Fact>;
  /** What they asked to remember, as they put it, oldest first. */
  readonly asked: readonly string[];
  /** The result of the last sum. */
  readonly result: number | undefined;
}

/** What one sentence tells. */
export type Told =
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "fact"; readonly fact: Fact }
  | { readonly type: "note"; readonly text: string; readonly fact: Fact | undefined }
  | { readonly type: "forget" };

export const noNotes: Notes = { name: undefined, facts: new Map(), asked: [], result: undefined };

/** The notes after one more sentence. */
export function noted(notes: Notes, said: string, plain: string): Notes {
  const told = toldIn(said);
  switch (told?.type) {
    case "forget":
      return noNotes;
    case "name":
      return { ...notes, name: told.name };
    case "fact":
      return { ...notes, facts: withFact(notes.facts, told.fact) };
    case "note":
      return {
        ...notes,
        asked: [...notes.asked, told.text],
        facts: told.fact ? withFact(notes.facts, told.fact) : notes.facts,
      };
    case undefined: {
      const sum = workOut(plain, notes.result);
      return sum?.type === "value" ? { ...notes, result: sum.value } : notes;
    }
  }
}

/** What a sentence tells about the person, if it tells anything. */
export function toldIn(sentence: string): Told | undefined {
  const said = opened(sentence);
  if (/^forget (?:it all|that|all|everything|what i (?:said|told))\b/i.test(said)) {
    return { type: "forget" };
  }
  const name = nameIn(said);
  if (name !== undefined) return { type: "name", name };
  if (/^(?:what|which|who|where|when|how|why|do|does|did|is|are|am|can|will)\b/i.test(said)) {
    return undefined;
  }
  return noteIn(said) ?? factIn(said);
}

/** Without "okay, so, please …" in front. Keeps capitals: they tell names from other words. */
function opened(sentence: string): string {
  let said = sentence
    .replace(/[‘’`´]/g, "'")
    .replace(/\bI'm\b/gi, "I am")
    .replace(/\b(name|it|that|this)'s\b/gi, "$1 is")
    .replace(/\b(do|does|did)n't\b/gi, "$1 not")
    .replace(/[\s.,!?]+$/, "")
    .trim();
  for (let round = 0; round < 4; round++) {
    said = said.replace(
      /^(?:okay|ok|so|well|hi|hello|hey|please|and|but|oh|now|yes|yeah|no|um|uh|by the way|actually|(?:can|could|would|will) you(?= (?:please )?(?:remember|note|memorize)\b))[\s,.!]+(?:there[\s,.!]+)?(?=\S)/i,
      "",
    );
  }
  return said;
}

const notNames =
  /^(?:not|a|an|the|what|who|in|on|at|so|very|just|from|going|here|there|fine|good|great|ok|okay|well|happy|sad|tired|hungry|sorry|back|ready|done|sure|glad|bored|german|french|dutch|swiss|greek|czech|english|british|irish|spanish|polish|turkish|italian|indian|russian|american|austrian|canadian|australian|chinese|japanese|unknown|important|it|that|my|you|your)$/i;

function nameIn(said: string): string | undefined {
  const introduced =
    /\b(?:my (?:first )?name is|call me|i am called|they call me|people call me) ([\p{L}][\p{L}'-]{0,30})(?: (\p{L}[\p{L}'-]{0,30}))?/iu.exec(
      said,
    );
  // Recognisers write names with a capital, which tells "I am Anna" from "I am hungry".
  const plain = /^(?:I am|i am|This is|this is|It is|it is) (\p{Lu}[\p{L}'-]{1,30})()$/u.exec(said);
  const [, first, second] = introduced ?? plain ?? [];
  if (first === undefined || notNames.test(first)) return undefined;
  const family = second && /^\p{Lu}/u.test(second) ? ` ${second}` : "";
  return `${first.charAt(0).toUpperCase()}${first.slice(1)}${family}`;
}

function noteIn(said: string): Told | undefined {
  const match =
    /^(?:remember|note|memorize|memorise|keep in mind|write down|do not forget)\b[\s:,]*(?:that |this |the following )?[\s:,]*(\S.{0,300})$/i.exec(
      said,
    );
  const text = match?.[1];
  // "Remember my name": nothing new is told.
  if (text === undefined || /^(?:me|it|this|that|when|what|my \S+)$/i.test(text)) return undefined;
  return { type: "note", text, fact: statement(text) ?? labelled(text) };
}

function factIn(said: string): Told | undefined {
  const fact = personalFact(said) ?? statement(said);
  if (!fact || (fact.whose === "the" && !/^the (?:code|password|pin|word|number)\b/i.test(said))) {
    return undefined;
  }
  return { type: "fact", fact };
}

/** "my favourite colour is blue", "the code is 4 7 1" */
function statement(said: string): Fact | undefined {
  const match =
    /^(my|our|the) ([\p{L}\p{N}' -]{1,60}?) (?:is|are|was|will be) (\S.{0,200})$/iu.exec(said);
  const [, owner, thing, value] = match ?? [];
  if (owner === undefined || thing === undefined || value === undefined) return undefined;
  if (/^(?:question|point|problem|name|first name)$/i.test(thing)) return undefined;
  return { thing, value, whose: owner.toLowerCase() === "the" ? "the" : "your" };
}

/** "the number 42", "code 4 7 1" */
function labelled(said: string): Fact | undefined {
  const match =
    /^(?:(my|the|this) )?((?:\p{L}+ )?(?:code|number|pin|password|word|name|address))[: ]+(\S.{0,100})$/iu.exec(
      said,
    );
  const [, owner, thing, value] = match ?? [];
  if (thing === undefined || value === undefined) return undefined;
  return { thing, value, whose: owner?.toLowerCase() === "my" ? "your" : "the" };
}

function withFact(facts: ReadonlyMap<string, Fact>, fact: Fact): ReadonlyMap<string, Fact> {
  return new Map(facts).set(keyOf(fact.thing), fact);
}
