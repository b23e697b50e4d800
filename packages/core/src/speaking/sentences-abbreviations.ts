/** Whether a full stop after a word can end a sentence. */
export type StopKind =
  /** An ordinary word: it ends here. */
  | "end"
  /** A title or the like, which something always follows: it goes on. */
  | "never-end"
  /** A word such as "No.": it goes on when a number follows. */
  | "before-number"
  /** An initial, "U.S.", "etc.": it ends when the next word is one that begins sentences. */
  | "maybe-end";

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/u));

/** Only with a capital: "Gen. Smith", but "the next gen. Then". */
const titles = words(
  `Mr Mrs Ms Mx Dr Prof Rev Hon Gen Col Capt Cmdr Lt Sgt Gov Sen Rep Pres Supt Mt Ft
   Hr Fr Mme Mlle Sr Sra Srta Dra Dña Sig`,
);
const neverEnd = words("e.g i.e eg ie vs cf viz approx ca incl z.b d.h bzw p.ex");
const beforeNumber = words("no nos nr fig figs eq sec ch chap vol pp p pg art ext tel est");
const maybeEnd = words(
  `etc al inc ltd co corp bros dept univ jr st ave blvd rd apt hr hrs min ft lb lbs oz sq
   jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
   usw evtl`,
);
/** "J", "U.S", "a.m", "Ph.D". */
const initials = /^(?:\p{L}|\p{L}{1,2}(?:\.\p{L}{1,2})+)$/u;

/** @param word what stands before the full stop, without it, e.g. `Dr` or `U.S` */
export function stopKind(word: string): StopKind {
  const lower = word.toLowerCase();
  if (titles.has(word) || neverEnd.has(lower)) return "never-end";
  if (beforeNumber.has(lower)) return "before-number";
  if (maybeEnd.has(lower) || initials.test(word)) return "maybe-end";
  return "end";
}

const starters = words(
  `The A An It Its This That These Those There Here He She We They You I My Your His Her Our Their
   But And So Or If In On At As By For From With To Of When While Where What Who Why How Which
   After Before Because Since Then Now Also However Do Does Did Is Are Was Were Can Could Would
   Should Will Let No Not Yes Well Please Thanks`,
);

/** Words that begin sentences but are no names, so that "U.S. The" is two sentences. */
export function beginsSentence(word: string): boolean {
  return starters.has(word);
}
