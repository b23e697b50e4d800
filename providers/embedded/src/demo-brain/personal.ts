import type { Fact } from "./facts.ts";

/** A thing that people tell about themselves without naming it. */
interface Trait {
  readonly thing: string;
  readonly told: RegExp;
  readonly asked: RegExp;
  readonly say: (value: string) => string;
}

const traits: readonly Trait[] = [
  {
    thing: "home",
    told: /^i live (in|at|near) (\S.{0,100})$/i,
    asked: /\bwhere (?:do i live|am i living|is my home)\b/,
    say: (value) => `You live ${value}.`,
  },
  {
    thing: "origin",
    told: /^i (?:am|come) (from) (\S.{0,100})$/i,
    asked: /\bwhere (?:am|do) i (?:come )?from\b/,
    say: (value) => `You are ${value}.`,
  },
  {
    thing: "age",
    told: /^i am ()([\d]{1,3}|\p{L}+(?:[ -]\p{L}+)?)(?: years? old)$/iu,
    asked: /\b(?:how old am i|what is my age)\b/,
    say: (value) => `You are ${value} years old.`,
  },
  {
    thing: "work",
    told: /^i (?:am )?work(?:ing)? (as|at|for|in) (\S.{0,100})$/i,
    asked:
      /\b(?:where do i work|what (?:do i work|is my (?:job|work|profession))|what do i do for (?:a living|work))\b/,
    say: (value) => `You work ${value}.`,
  },
  {
    thing: "taste",
    told: /^i (?:really |also )?(like|love|enjoy|hate) (?!you\b|it\b|that\b|this\b|to know\b)(\S.{0,100})$/i,
    asked: /\bwhat do i (?:like|love|enjoy|hate)\b/,
    say: (value) => `You ${value}.`,
  },
];

/** What "I live in Paris" and its like tell. */
export function personalFact(said: string): Fact | undefined {
  for (const { thing, told } of traits) {
    const [, how, what] = told.exec(said) ?? [];
    if (how !== undefined && what !== undefined) {
      return { thing, value: `${how.toLowerCase()} ${what}`.trim(), whose: "your" };
    }
  }
  return undefined;
}

/** How a trait is said back; undefined for other things. */
export function traitSentence(thing: string, value: string): string | undefined {
  return traits.find((trait) => trait.thing === thing)?.say(value);
}

/** The trait that a question is about. */
export function traitAsked(plain: string): string | undefined {
  return traits.find(({ asked }) => asked.test(plain))?.thing;
}
