import { pick, whenMatch, type Rule } from "./rules.ts";
import { joke, jokes } from "./small-talk.ts";

const yes =
  /^(?:yes|yeah|yep|yup|sure|of course|okay|ok|please|yes please|go ahead|why not|do it|i do|absolutely|certainly|definitely|right|exactly|correct|true|i would|go on|alright|all right|sounds good|let us do it)(?: sure| please| i do| i would| thank you| thanks)?$/;
const no =
  /^(?:no|nope|nah|not really|no thanks|no thank you|never|not now|i do not|negative|not yet|nothing|never mind|nevermind|no way)(?: thank you| thanks)?$/;

/** Short words that mean something only after what the agent said last. */
export const followUpRules: readonly Rule[] = [
  whenMatch(yes, (scene) => {
    const last = scene.replies.at(-1) ?? "";
    if (/joke\?/.test(last)) return joke(scene);
    if (/how are you\?|and you\?/i.test(last)) return "Glad to hear it.";
    if (/what is it\?/i.test(last)) return "Then tell me: my name is, and your name.";
    if (/\?\s*$/.test(last)) return pick(scene, ["Great. Go ahead.", "Good. I am listening."]);
    return pick(scene, [
      "Good. What next?",
      "All right. Ask me something.",
      "Okay. I am listening.",
    ]);
  }),
  whenMatch(no, (scene) => {
    return pick(scene, [
      "All right. I am here if you need me.",
      "No problem.",
      "Fine. Tell me when you do.",
    ]);
  }),
  whenMatch(/^(?:really|is that so|are you sure|seriously|no way|is it|you sure)$/, (scene) => {
    return pick(scene, ["Yes, really.", "I am quite sure: rules do not guess."]);
  }),
  whenMatch(
    /^(?:why|why is that|how come|why not|what do you mean|how do you know(?: that)?|explain that|explain)$/,
    (scene) => {
      return pick(scene, [
        "My rules do not go that deep. I am a demo, and a language model could explain.",
        "I only know the rule, not the reason.",
      ]);
    },
  ),
  whenMatch(
    /^(?:another|another one|one more|more|tell me more|next|go on|continue|and|what else|anything else|else)$/,
    (scene) => {
      const last = scene.replies.at(-1) ?? "";
      return jokes.some((told) => last.includes(told)) ? joke(scene) : undefined;
    },
  ),
  whenMatch(
    /^(?:i see|aha|interesting|got it|understood|fine|never mind|good to know|oh|hm+|huh|mhm|uh huh|i understand|makes sense|cool|ok cool)$/,
    (scene) => {
      return pick(scene, ["What else would you like to know?", "Good.", "Ask on, if you like."]);
    },
  ),
  whenMatch(/^(?:um+|uh+|er+m?|hm+|well|so|but|let me think|let me see)$/, () => "Take your time."),
  whenMatch(/^(?:and|how about|what about) you$/, (scene) => {
    return pick(scene, ["I am fine, thanks. What shall we try?", "Much the same as before: fine."]);
  }),
];
