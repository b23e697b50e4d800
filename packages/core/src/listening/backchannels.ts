/** What people say to show that they listen, and what they say to be given the floor. */
export interface InterruptionWords {
  /** Whole utterances of these, in any order, are nods: "uh-huh", "okay, right". */
  readonly backchannels: readonly string[];
  /** One of these is enough, however short: "stop", "wait". */
  readonly floorWords: readonly string[];
}

const list = (words: string): readonly string[] =>
  words
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);

/** Sounds that mean the same in most languages, as recognisers write them. */
const hums =
  list(`m, mm, mmm, mhm, mhmm, mmhm, mmhmm, mm hm, mm hmm, mm mm, hm, hmm, hmmm, uh huh, uhhuh, uhuh, uh, uhh, ah,
  ahh, aha, ah ha, oh, ooh, eh, er, erm, um, umm, ha, haha, huh, tsk, psst`);

/** Known languages, by the first part of a BCP 47 tag. Words are lower case, without punctuation. */
export const interruptionWords: Readonly<Record<string, InterruptionWords>> = {
  en: {
    backchannels: [
      ...hums,
      ...list(`yeah, yeh, yep, yup, yes, ya, right, alright, all right, okay, ok, okey, kay, sure, of course, i see, got it,
        gotcha, exactly, totally, absolutely, indeed, true, that's right, that's true, fine, good, great, nice, cool, wow,
        oh wow, oh okay, really, interesting, go on, thank you, thanks`),
    ],
    floorWords:
      list(`stop, wait, hold on, hang on, no, nope, hey, hello, excuse me, sorry, pause, quiet, enough, shush, shut up,
      what, why, who, where, when, how, but, actually, listen, one moment, just a moment, just a second, never mind, cancel, help`),
  },
  de: {
    backchannels: [
      ...hums,
      ...list(`ja, jaja, ja ja, jo, jup, genau, richtig, stimmt, okay, ok, gut, klar, alles klar, verstehe, ich verstehe, ach so,
        achso, aha, natürlich, eben, sicher, schön, toll, super, wirklich, danke`),
    ],
    floorWords:
      list(`stopp, stop, halt, warte, warten sie, moment, moment mal, nein, nee, hallo, entschuldigung, ruhe, genug, was,
      warum, wer, wo, wann, wie, aber, eigentlich, abbrechen, hilfe`),
  },
  fr: {
    backchannels: [
      ...hums,
      ...list(
        `oui, ouais, d'accord, ok, okay, bien, très bien, voilà, exactement, je vois, bien sûr, c'est ça, ah bon, super, merci`,
      ),
    ],
    floorWords:
      list(`stop, arrête, arrêtez, attends, attendez, non, pardon, excusez-moi, allô, quoi, pourquoi, qui, où, quand,
      comment, mais, en fait, un moment, silence, aide`),
  },
  es: {
    backchannels: [
      ...hums,
      ...list(
        `sí, si, ajá, vale, bien, muy bien, claro, exacto, ya, ya veo, entiendo, de acuerdo, okay, ok, bueno, gracias`,
      ),
    ],
    floorWords:
      list(`para, pare, espera, espere, alto, no, perdón, oye, oiga, hola, qué, por qué, quién, dónde, cuándo, cómo,
      pero, un momento, silencio, basta, ayuda`),
  },
};

/** Lower case, without punctuation; "mm-hm" is two words. */
export function plainWords(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/[’`]/g, "'")
    .split(/[^\p{L}\p{N}']+/u)
    .filter(Boolean);
}

/** Whether `words` are made of nothing but phrases of the list. */
export function madeOf(words: readonly string[], phrases: ReadonlySet<string>): boolean {
  const reach = [true]; // reach[n]: the first n words are made of phrases
  for (let end = 1; end <= words.length; end++) {
    for (let from = Math.max(0, end - 4); from < end; from++) {
      if (reach[from] && phrases.has(words.slice(from, end).join(" "))) reach[end] = true;
    }
  }
  return reach[words.length] === true;
}

/** Whether `words` hold a phrase of the list. */
export function holds(words: readonly string[], phrases: ReadonlySet<string>): boolean {
  const text = ` ${words.join(" ")} `;
  return [...phrases].some((phrase) => text.includes(` ${phrase} `));
}
