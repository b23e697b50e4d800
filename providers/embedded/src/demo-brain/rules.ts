import type { Scene } from "./scene.ts";

/** Answers a sentence, or leaves it to the next rule. */
export type Rule = (scene: Scene) => string | undefined;

/** A rule for sentences whose plain words match. The answers take turns over a call. */
export function when(pattern: RegExp, ...answers: readonly [string, ...string[]]): Rule {
  return (scene) => (pattern.test(scene.plain) ? pick(scene, answers) : undefined);
}

/** A rule that works its answer out from the match. */
export function whenMatch(
  pattern: RegExp,
  answer: (scene: Scene, match: RegExpExecArray) => string | undefined,
): Rule {
  return (scene) => {
    const match = pattern.exec(scene.plain);
    return match ? answer(scene, match) : undefined;
  };
}

/** The first answer that a rule has. */
export function firstAnswer(rules: readonly Rule[], scene: Scene): string | undefined {
  for (const rule of rules) {
    const answer = rule(scene);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/**
 * The answer that was given least often in this call, the earlier in the list the better. Depends on
 * the history alone, so that the same call gets the same words again.
 */
export function pick(
  { replies }: Pick<Scene, "replies">,
  answers: readonly [string, ...string[]],
): string {
  let [best] = answers;
  let least = Infinity;
  for (const answer of answers) {
    const given = replies.filter((reply) => reply.includes(answer)).length;
    if (given < least) {
      best = answer;
      least = given;
    }
  }
  return best;
}
