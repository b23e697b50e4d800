import { timeOfDay } from "./calendar.ts";
import { pick, when, whenMatch, type Rule } from "./rules.ts";
import type { Scene } from "./scene.ts";

export const jokes = [
  "Why did the packet cross the network? To get to the other side.",
  "I would tell you a joke about UDP, but you might not get it.",
  "There are ten kinds of people: those who understand binary, and those who do not.",
  "Why do programmers mix up Halloween and Christmas? Because Oct 31 equals Dec 25.",
  "A server walks into a bar. The barman says: sorry, we only serve clients.",
  "Why was the voice agent so polite? It always waited for its turn.",
] as const;

export function joke(scene: Scene): string {
  return pick(scene, jokes);
}

/** Talk about nothing in particular that still wants an answer of its own. */
export const smallTalkRules: readonly Rule[] = [
  whenMatch(/\bjokes?\b|\bmake me laugh\b|\bsomething funny\b/, joke),
  when(
    /\bhow are you\b|\bhow is it going\b|\bhow do you (?:do|feel)\b|\bhow are things\b|\bare you (?:ok|okay|well|fine)\b|\bwhat is up\b|\bhow was your day\b/,
    "I am fine, thank you. How are you?",
    "Very well, thanks. All my models are loaded. And you?",
    "Still fine, and all ears.",
  ),
  whenMatch(
    /\bwhat (?:is|was) your name\b|\bwhat (?:do|should|can) i call you\b|\bdo you have a name\b|\bwhat are you called\b/,
    (scene) => {
      if (scene.agentName !== undefined) return `My name is ${scene.agentName}.`;
      return "I have no name of my own. Call me the demo brain.";
    },
  ),
  when(
    /\bhow old are you\b|\bwhen were you (?:born|made)\b|\byour (?:age|birthday)\b/,
    "I am new: every call is my first.",
  ),
  when(
    /\bwhere (?:are you|do you live|are you from)\b/,
    "I live in the server that sent you this page. It may well stand on your desk.",
  ),
  when(
    /\b(?:can|do) you hear me\b|\b(?:is this thing on|testing|mic(?:rophone)? (?:test|check)|is (?:it|this|my mic(?:rophone)?) working|are you (?:still )?there|you there)\b|^does (?:it|this) work$|^test(?: one two.*)?$/,
    "Loud and clear.",
    "Yes, I hear you well.",
    "I am here, and I hear you.",
  ),
  when(
    /\b(?:do you (?:like|love)|are you in love|will you marry|i (?:love|like) you)\b/,
    "That is kind. I am only a few rules in a row, so I like everybody the same.",
  ),
  when(
    /\b(?:you are|that is|that was|this is) (?:so |very |really |quite |pretty )?(?:good|great|nice|cool|amazing|awesome|funny|smart|clever|impressive|helpful|fantastic|wonderful|perfect|right|correct|brilliant|fun|beautiful)\b|^(?:very |so )?(?:good|great|nice|cool|amazing|awesome|wonderful|perfect|excellent|wow|impressive|fantastic|brilliant)(?: job| one| work)?$|\bwell done\b|\bgood (?:job|work)\b/,
    "Thank you. What shall we try next?",
    "I am glad you like it.",
    "Thanks. Ask me something else if you like.",
  ),
  when(
    /\b(?:you are|that is|this is|that was) (?:so |very |really |just )?(?:stupid|dumb|bad|wrong|terrible|useless|awful|boring|not (?:right|true|correct|funny|good))\b|\bthat is not what i (?:said|asked|meant)\b|\bshut up\b|\bi hate (?:you|this)\b/,
    "I am sorry about that. I am only a demo with simple rules; a language model does better.",
    "Fair enough. Try to say it in other words.",
  ),
  when(
    /\b(?:weather|temperature|raining|rain|snow|news|stock|football|sports?|score|traffic|recipe|directions|restaurant)\b/,
    "I cannot look that up: I have no internet here. A language model with tools could.",
    "For that I would need the internet, and this demo works without it.",
  ),
  when(
    /\b(?:sing|song|music|play something)\b/,
    "I cannot sing, but I can count to ten with feeling.",
  ),
  when(
    /\b(?:meaning of life|answer to (?:life|everything)|life the universe)\b/,
    "Forty-two, they say. I only know that it is six times seven.",
  ),
  when(
    /\b(?:tell me a|tell a|a) (?:story|poem)\b|^(?:story|poem)$/,
    "Once there was a voice agent that knew few words, and said them well. The end.",
  ),
  when(
    /\b(?:flip|toss) a coin\b|\bheads or tails\b|\b(?:roll|throw) (?:a )?(?:die|dice)\b|\brandom number\b/,
    "I follow fixed rules, so I am bad at chance. You would always win.",
  ),
  when(
    /\b(?:speak|talk|understand|know) (?:in )?(?:german|french|spanish|italian|chinese|japanese|russian|portuguese|dutch|other languages|any other language)\b|\bwhat languages?\b|\bother languages\b/,
    "This demo speaks and understands English only. Other providers bring other languages.",
  ),
  when(
    /\bi (?:am|feel) (?:so |very |really |a (?:bit|little) )?(?:sad|tired|bored|hungry|angry|sick|lonely|stressed)\b/,
    "I am sorry to hear that. Would you like to hear a joke?",
  ),
  when(
    /\bi am (?:so |very |really |doing |feeling )?(?:fine|good|great|happy|well|okay|ok|excited|all right|alright)\b|^(?:fine|good|great|very well|not bad|all right)(?: thank you| thanks)(?: and you)?$/,
    "Good to hear. What would you like to try?",
    "I am glad.",
  ),
  when(
    /\b(?:i am|i feel) (?:sorry|so sorry)\b|^sorry$|\bmy apologies\b|\bexcuse me\b/,
    "No problem at all.",
  ),
  when(
    /^(?:something|anything|a fact|a secret|a fun fact|something (?:else|interesting|new|nice))$/,
    "Did you know that Opus, the codec of this call, can change its bit rate every 20 milliseconds?",
    "The word robot comes from a Czech play of 1920.",
    "People leave about a fifth of a second between two turns of a talk. I am a little slower.",
  ),
  when(/\bhappy (?:birthday|new year)\b|\bmerry christmas\b/, "Thank you, and the same to you!"),
];

/** Words that need an answer only when nothing else was said with them. */
export const courtesyRules: readonly Rule[] = [
  when(
    /\b(?:good ?bye|bye|see you|talk to you later|that is all|i am done|have to go|hang up|good night|farewell|see ya)\b/,
    "Goodbye. It was nice talking to you.",
    "Bye, and come back soon.",
  ),
  when(
    /\b(?:thank you|thanks|thank|cheers|appreciate it|much obliged)\b/,
    "You are welcome.",
    "My pleasure.",
    "Any time.",
  ),
  whenMatch(
    /^(?:hello|hi|hey|hallo|howdy|greetings|good (?:morning|afternoon|evening|day)|hiya|yo)\b/,
    (scene) => {
      const name = scene.notes.name === undefined ? "" : `, ${scene.notes.name}`;
      if (scene.replies.length > 0)
        return pick(scene, [`Hello again${name}.`, `Hi${name}. I am still here.`]);
      const me = scene.agentName ?? "the LLMRTC demo";
      const hello = `${partOfDay(scene)}${name}.`;
      return `${hello} I am ${me}. Ask me for the time, a sum, or what I can do.`;
    },
  ),
];

function partOfDay({ clock, plain }: Scene): string {
  if (!plain.startsWith("good")) return "Hello";
  const [hour = "0"] = timeOfDay(clock.now, clock.timeZone).split(":");
  const isMorning = timeOfDay(clock.now, clock.timeZone).endsWith("AM");
  if (isMorning) return "Good morning";
  return Number(hour) % 12 >= 6 ? "Good evening" : "Good afternoon";
}
