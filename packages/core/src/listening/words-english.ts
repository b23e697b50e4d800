/** Words of English that tell whether a sentence can end after them. */

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Nobody ends a statement with these: an object, a noun or a clause must follow. */
export const leadingOn = set(`
  the a an my your our their its every
  of from with for at into onto than as per between among during without within until against toward
  towards via upon despite regarding concerning besides except
  and or but nor because if unless although though whereas whether while whose which
  to i he she we they
  very rather quite
`);

/** These may end an answer ("Yes, I can", "Come in"), but rarely end a sentence without a full stop. */
export const leaningOn = set(`
  is are was were am be been being isn't aren't wasn't weren't i'm you're he's she's we're they're it's that's there's
  has have had having haven't hasn't hadn't i've you've we've they've
  will would shall should can could may might must won't wouldn't can't couldn't shouldn't i'll you'll we'll they'll i'd
  do does did don't doesn't didn't not
  in on by about over under through after before since like up down off out that this these those his her some any
  get got want need take make give go going put let about who what where when how why also then so just
`);

/** Sounds and phrases that hold the floor. */
export const fillers = set("um uh er erm uhm umm uhh mm hmm hm eh ah");
export const fillerPhrases = [
  "you know",
  "i mean",
  "let me see",
  "let's see",
  "let me think",
  "sort of",
  "kind of",
  "i guess like",
] as const;

/** Prepositions that a question may leave at its end: "Which folder should I save it to?" */
export const strandable = set("of from with for at into onto to about than");
/** What asks without a question mark. */
export const questionWords = set("who whom whose what which where when why how");

/** Words after which a string of digits is an identifier that is spelled out in groups. */
export const identifierNouns = set(
  "number code pin account card phone telephone mobile order reference serial id tracking booking confirmation policy",
);

/** Spelled digits, for recognisers that do not write numerals. */
export const digitWords = set("zero oh one two three four five six seven eight nine double triple");

/** They open a clause that cannot stand alone: "If you come on Monday …" */
export const clauseOpeners = set("if unless although though whenever whereas whether");
