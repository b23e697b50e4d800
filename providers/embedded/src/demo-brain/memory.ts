import { keyOf, type Fact } from "./facts.ts";
import { toldIn } from "./notes.ts";
import { traitAsked, traitSentence } from "./personal.ts";
import { pick, when, whenMatch, type Rule } from "./rules.ts";
import type { Scene } from "./scene.ts";

/** Things that are told: acknowledged here, remembered by `scenesOf` from the history. */
const telling: Rule = (scene) => {
  const told = toldIn(scene.said);
  switch (told?.type) {
    case undefined:
      return undefined;
    case "forget":
      return "Done. I have forgotten what you told me.";
    case "name":
      return greeting(scene, told.name);
    case "fact":
      return pick(scene, [
        `Got it. ${sentence(told.fact)}`,
        `I will keep that in mind. ${sentence(told.fact)}`,
      ]);
    case "note":
      return told.fact
        ? `I will remember it. ${sentence(told.fact)}`
        : `I will remember that for this call: ${toYou(told.text)}.`;
  }
};

const recalling: readonly Rule[] = [
  whenMatch(
    /\b(?:what is my (?:first )?name|who am i|(?:know|remember|recall|say|forgot|forget) my name|my name again)\b/,
    ({ notes }) =>
      notes.name === undefined
        ? "You have not told me your name yet. What is it?"
        : `Your name is ${notes.name}.`,
  ),
  ({ plain, notes }) => {
    const thing = traitAsked(plain);
    if (thing === undefined) return undefined;
    const fact = notes.facts.get(thing);
    return fact ? sentence(fact) : "You have not told me that yet.";
  },
  whenMatch(
    /\b(?:what|which things|anything) (?:(?:did|have) i (?:ask|asked|tell|told) you(?: to remember| about me| so far)?$|(?:do|can|did) you (?:still )?(?:remember|know about me)|should you remember)/,
    ({ notes, earlier }) => {
      const known = everything(notes);
      if (known.length > 0) return known.slice(-3).join(" ");
      return earlier.length === 0
        ? "Nothing yet: this call has just begun. Tell me your name, or a code to remember."
        : "You have not asked me to remember anything yet.";
    },
  ),
  whenMatch(
    /^(?:(?:what|which|who|when|where) (?:is|are|was|were) |(?:and |do you |you )?(?:still )?(?:remember|know|recall|repeat|say) (?:what )?|what about )?(my|our|the) (.{1,60}?)(?: is| was| are)?(?: again| i (?:told|gave) you| that i (?:told|gave) you)?$/,
    ({ notes }, [, owner, thing = ""]) => {
      const fact = notes.facts.get(keyOf(thing));
      if (fact) return sentence(fact);
      return owner === "the" ? undefined : unknown(thing);
    },
  ),
  whenMatch(
    /^(?:what|which) (.{1,40}?) did i (?:tell|give|ask) you/,
    ({ notes }, [, thing = ""]) => {
      const fact = notes.facts.get(keyOf(thing));
      return fact && sentence(fact);
    },
  ),
  whenMatch(
    /\b(?:what did i (?:just )?(?:say|ask|tell)|what (?:was|is) my (?:last )?question|repeat what i (?:just )?said|what have i (?:just )?said)\b/,
    ({ earlier }) => {
      const last = earlier.at(-1);
      return last === undefined
        ? "That was the first thing you said in this call."
        : `You said: ${last.slice(0, 200).trim()}`;
    },
  ),
  when(
    /\b(?:can|will|do) you (?:remember|memori[sz]e)\b|\bhow (?:good|long) is your memory\b/,
    "I remember what you tell me until this call ends. Try it: say, remember that the code is 4 7 1.",
  ),
];

export const memoryRules: readonly Rule[] = [telling, ...recalling];

function greeting({ notes }: Scene, name: string): string {
  if (notes.name === name) return `I have not forgotten, ${name}.`;
  if (notes.name !== undefined) return `All right, from now on I call you ${name}.`;
  return `Nice to meet you, ${name}. What can I do for you?`;
}

function sentence({ thing, value, whose }: Fact): string {
  const said = toYou(readable(thing, value));
  const trait = traitSentence(thing, said);
  if (trait !== undefined) return trait;
  const verb = /[^s']s$/i.test(thing) ? "are" : "is";
  return `${whose === "your" ? "Your" : "The"} ${toYou(thing)} ${verb} ${said}.`;
}

/** Codes are read digit by digit, not as one number. */
function readable(thing: string, value: string): string {
  const isCode = /\b(?:code|pin|password|number|combination|extension)$/i.test(thing);
  const digits = value.replace(/[\s,.-]/g, "");
  return isCode && /^\d{3,}$/.test(digits) ? digits.split("").join(" ") : value;
}

function everything({ name, facts, asked }: Scene["notes"]): string[] {
  const free = asked.filter(
    (text) => ![...facts.values()].some(({ value }) => text.includes(value)),
  );
  return [
    ...(name === undefined ? [] : [`Your name is ${name}.`]),
    ...[...facts.values()].map(sentence),
    ...free.map((text) => `You asked me to remember this: ${toYou(text)}.`),
  ];
}

function unknown(thing: string): string {
  return `You have not told me your ${thing} yet.`;
}

const swapped: Readonly<Record<string, string>> = {
  my: "your",
  our: "your",
  mine: "yours",
  me: "you",
  i: "you",
  am: "are",
  myself: "yourself",
};

/** The same words seen from the other side: "my dog" becomes "your dog". */
function toYou(words: string): string {
  return words.replace(/\b(?:my|our|mine|me|i|am|myself)\b/gi, (word) => {
    return swapped[word.toLowerCase()] ?? word;
  });
}
