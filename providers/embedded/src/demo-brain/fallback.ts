import { pick } from "./rules.ts";
import type { Scene } from "./scene.ts";

/** When no rule fits: honest about it, and each time with another thing to try. */
export function fallback(scene: Scene): string {
  if (scene.plain === "") {
    return pick(scene, [
      "I did not hear any words. Please say it again.",
      "Sorry, I heard nothing.",
    ]);
  }
  const isQuestion =
    /^(?:what|which|who|whom|whose|when|where|why|how|is|are|am|was|do|does|did|can|could|will|would|should|have|has)\b/.test(
      scene.plain,
    );
  if (!isQuestion) {
    return pick(scene, [
      "I heard you, but my rules have no answer to that. Ask me what I can do.",
      "I am only a demo, so I do not know what to say to that. Try a sum, or ask me for the time.",
      "I see. If I should keep something in mind, begin with the word remember.",
      "My rules end here. I can spell a word, count to ten, or tell a joke.",
    ]);
  }
  return pick(scene, [
    "I do not know that: I am a demo with fixed rules, not a language model. I can tell the time, do sums, and explain LLMRTC.",
    "That is beyond my rules. Try a sum, such as 12 times 7, or ask me what day it is.",
    "I have no answer for that. Tell me something to remember, or ask how LLMRTC works.",
    "Sorry, that one is not in my rules. I can spell a word, count to ten, or tell a joke.",
    "I did not understand that. Ask me what I can do, and I will tell you.",
    "A language model would know. I am the demo, and good at times, dates and sums.",
  ]);
}
