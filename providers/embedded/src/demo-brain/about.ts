import { pick, when, whenMatch, type Rule } from "./rules.ts";

const product =
  "(?:llmrtc|this (?:project|product|thing|software|server|demo|kit|library|page|app))";

function about(pattern: string, ...answers: readonly [string, ...string[]]): Rule {
  return when(new RegExp(pattern.replaceAll("PRODUCT", product)), ...answers);
}

/** What LLMRTC is and can do. Each answer says only what this release does. */
export const aboutRules: readonly Rule[] = [
  whenMatch(
    /\b(?:who|what) (?:are|is) (?:you|this)(?: exactly| really| called)?$|\bintroduce yourself\b|\babout yourself\b/,
    (scene) => {
      const name = scene.agentName === undefined ? "" : `I am ${scene.agentName}. `;
      return pick(scene, [
        `${name}I am the demo brain of LLMRTC: a small set of fixed rules, not a language model. Hearing and speaking are done by real models.`,
        `${name}I am a demo that answers by rules. My ears and my voice are neural networks.`,
      ]);
    },
  ),
  about(
    "\\bare you (?:in |just )?(?:an? )?(?:really )?(?:ai|a i|eye|i|artificial|robot|bot|machine|computer|program|language model|llm|chat ?gpt|gpt|siri|alexa|intelligent)\\b",
    "My ears and my voice are neural networks. What I say comes from fixed rules, so I am a demo, not a language model.",
    "Only half of me. I hear and speak with neural networks, but I answer by simple rules.",
  ),
  about(
    "\\bare you (?:a )?(?:real|human|person|alive|man|woman|live)\\b|\\btalking to a (?:human|person|machine|robot)\\b",
    "No, I am a program. You are talking to the demo of LLMRTC.",
  ),
  about(
    "\\b(?:what can (?:you|i) (?:do|ask|say)|what (?:are|is) your (?:abilities|skills?|features)|how can you help|what do you know|help me$|^help$|what else can you do|your capabilities)\\b",
    "I can tell you the time and the date, do sums, remember what you tell me in this call, and explain LLMRTC. What would you like to try?",
    "Ask me what time it is in Tokyo, what 15 percent of 80 is, or how LLMRTC works. I can also spell words and tell a joke.",
    "I do sums, dates and small talk. Tell me your favorite color, and ask me for it later.",
  ),
  about(
    "\\b(?:what can PRODUCT do|what (?:is|are) PRODUCT(?:'s)? (?:for|good for|features)|features of PRODUCT|what does PRODUCT do|why (?:should i use|use|choose) PRODUCT)\\b",
    "LLMRTC puts a voice agent behind a web page. It listens, thinks, answers in speech, and lets you interrupt, all in one Node process.",
  ),
  about(
    "\\b(?:what does|what do) (?:llmrtc|the letters|the name|it) (?:stand for|mean)\\b|\\bwhy is it called\\b",
    "LLM is for large language model, and RTC is for real-time communication, as in WebRTC.",
  ),
  about(
    "\\bhow (?:do|can|does one|would|should) (?:i|we|you|one)? ?(?:get started|start|begin|install|run|set ?up|use|try|launch)\\b|\\bgetting started\\b|\\bhow to (?:start|install|use|run)\\b|\\binstall (?:llmrtc|it)\\b",
    "Clone the repository and run npm start, with Node 20 or newer. Then open the page it prints, and talk.",
    "You need Node 20 and one command: npm start. In your own code, create an LLMRTC server with three providers: one to hear, one to think, one to speak.",
  ),
  about(
    "\\b(?:fire ?walls?|behind (?:a )?(?:nat|proxy|router)|turn server|stun|corporate network|nat traversal|any network|vpn)\\b",
    "Yes, that is what it is made for. A direct path comes first, then a TURN relay, for example from Metered or your own server.",
    "LLMRTC tries the direct path, and a TURN server relays the call where a firewall blocks it. You set one with the ICE servers option.",
  ),
  about(
    "\\b(?:my own|another|different|other|custom|real|better|change the|switch the|swap the|replace the|which|add a|use a|plug in a?|connect a)\\b.{0,20}\\b(?:brain|language model|llm|model)\\b|\\bmodels? (?:do you|does it) (?:use|support)\\b|\\bwhat (?:language )?model are you\\b",
    "Set OPENAI API KEY, or start Ollama or LM Studio on this machine, and restart. In code, any model of the AI SDK works.",
    "Any AI SDK model can be the brain, with one call of the function AI SDK model. From the command line, an OpenAI key or a local Ollama is enough.",
  ),
  about(
    "\\bproviders?\\b|\\b(?:works? with|supports?|do you (?:support|use)|can (?:it|i) use) (?:open ?ai|anthropic|claude|gemini|google|ollama|lm studio|eleven ?labs|chat ?gpt)\\b",
    "Speech comes embedded. For the brain there are OpenAI and compatible servers, Ollama and LM Studio, and any model of the AI SDK in code.",
  ),
  about(
    "\\b(?:latency|how fast|how quick|response time|delay|how long does it take)\\b",
    "My first words are spoken while the rest is still being made. The page shows the events as they happen.",
    "Everything streams: the reply is spoken sentence by sentence, so the first words come early.",
  ),
  about(
    "\\b(?:interrupt|barge|cut you off|talk over|stop you|stop talking|speak over)\\w*\\b",
    "Yes, just speak. As soon as you talk, I stop, and then I listen.",
    "You can talk over me at any time. There is an interrupt button on the page, too.",
  ),
  about(
    "\\b(?:open ?source|licen[sc]e|apache|source code|git ?hub|is (?:it|this|llmrtc) free|how much does|(?:it|llmrtc) cost|price)\\b",
    "LLMRTC is open source under the Apache 2.0 licence. You may use it for free, also in commercial products.",
  ),
  about(
    "\\b(?:need|requires?|works? without|run without|without|use) (?:an? |the )?(?:internet|key|api key|account|cloud|gpu)\\b|\\b(?:offline|locally|local only|on my (?:own )?(?:machine|computer|laptop))\\b",
    "It runs on one machine with no key, no account and no internet. The speech models are inside the packages.",
  ),
  about(
    "\\b(?:privacy|private|my data|record(?:ing|ed)? (?:me|this|my|the call)|listening to me|store (?:my|what))\\b",
    "With the embedded models, your voice goes to this server and nowhere else.",
  ),
  about(
    "\\bwhich (?:browsers?|phones?)\\b|\\b(?:chrome|firefox|safari|iphone|android|mobile|browsers?)\\b",
    "Any browser with WebRTC should do: Chrome, Edge, Firefox or Safari. The page needs your permission for the microphone.",
  ),
  about(
    "\\b(?:tools?|function calling|call functions|playbooks?|workflows?)\\b",
    "A language model behind LLMRTC can be given tools to call. I am only the demo, so I have none.",
  ),
  about(
    "\\bwhat (?:voice|is your voice)\\b|\\bwhose voice\\b|\\b(?:text to speech|tts|your voice|which voice)\\b|\\bhow do you (?:speak|talk)\\b",
    "The built-in voice is called hibari. It is a small neural network that runs inside the server.",
  ),
  about(
    "\\b(?:whisper|speech to text|speech recognition|stt)\\b|\\bhow (?:do|can) you (?:hear|understand)\\b",
    "The built-in ears are Whisper tiny, a small speech model for English that runs inside the server.",
  ),
  about(
    "\\b(?:web ?rtc|web ?socket)\\b",
    "WebRTC carries live sound between your browser and the server. A WebSocket sets the call up.",
  ),
  about(
    "\\bhow (?:does|do) (?:PRODUCT|it|this|you|that) (?:all )?work\\b|\\b(?:architecture|under the hood)\\b",
    "Your microphone reaches the server over WebRTC. Speech becomes text, a brain writes the answer, and a voice speaks it back to you.",
  ),
  about(
    "\\b(?:documentation|docs|manual|learn more|read more|more information|tutorial|examples?)\\b",
    "The readme shows the first steps, and the folder docs has the rest.",
  ),
  about(
    "\\bwho (?:made|built|created|wrote|develop(?:ed|s)|is behind)\\b",
    "LLMRTC is made by its open-source contributors. My rules were written by people, line by line.",
  ),
  about(
    "\\b(?:what is|what are|what about|explain|describe|about|know|heard of) PRODUCT\\b|^llmrtc$|\\bwhat is (?:it|this)(?: about| all about)?$",
    "LLMRTC is an open-source kit for voice agents in TypeScript. Your browser talks to one Node server, which hears you, thinks, and answers in speech.",
    "It is the software you are talking through: a server and a web client for real-time voice agents.",
  ),
];
