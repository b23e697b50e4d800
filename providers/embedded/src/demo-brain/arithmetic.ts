import { isRounded, numberInWords } from "./number-words.ts";
import { pick, whenMatch, type Rule } from "./rules.ts";
import type { Scene } from "./scene.ts";
import { workOut } from "./sums.ts";

const sum: Rule = (scene) => {
  const outcome = workOut(scene.plain, scene.notes.result);
  switch (outcome?.type) {
    case undefined:
      return undefined;
    case "division-by-zero":
      return pick(scene, [
        "Nothing can be divided by zero, so there is no answer to that.",
        "Dividing by zero has no answer. Try another number.",
      ]);
    case "root-of-negative":
      return "A negative number has no real square root.";
    case "too-big":
      return "That number is too big for me to say.";
    case "value": {
      const about = isRounded(outcome.value) ? "about " : "";
      const result = `${about}${numberInWords(outcome.value)}`;
      return spokenResult(scene, outcome.spoken, result);
    }
  }
};

function spokenResult(scene: Scene, spoken: string, result: string): string {
  const long = spoken.split(" ").length > 12;
  const question = spoken.charAt(0).toUpperCase() + spoken.slice(1);
  return long ? `That comes to ${result}.` : `${question} is ${result}.`;
}

export const arithmeticRules: readonly Rule[] = [
  sum,
  whenMatch(/^(?:what is |is )?(?:the )?average of (.{1,200})$/, (_, [, list = ""]) => {
    const numbers = list.match(/\d{1,15}(?:\.\d{1,6})?/g)?.map(Number) ?? [];
    if (numbers.length === 0) return undefined;
    const mean = numbers.reduce((total, number) => total + number, 0) / numbers.length;
    return `The average is ${isRounded(mean) ? "about " : ""}${numberInWords(mean)}.`;
  }),
  whenMatch(/\bis (\d{1,9}) (?:a )?(even|odd|prime)\b/, (_, [, digits = "0", kind]) => {
    const number = Number(digits);
    const holds = kind === "prime" ? isPrime(number) : (number % 2 === 0) === (kind === "even");
    const what = kind === "prime" ? "a prime number" : (kind ?? "");
    return holds ? `Yes, ${digits} is ${what}.` : `No, ${digits} is not ${what}.`;
  }),
];

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return true;
}
