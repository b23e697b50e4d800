import type { Message } from "@metered/llmrtc-core";
import { llmContract } from "@metered/llmrtc-testing/contracts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { demoBrain } from "../../src/demo-brain/demo-brain.ts";
import { answersTo, answerTo, brain } from "./call.ts";

llmContract("The demo brain", () => demoBrain());

/** What is said, turn by turn with "|", and what the last answer must hold. */
type Expectation = readonly [said: string, answer: RegExp | string];

function expectations(topic: string, lines: readonly Expectation[]): void {
  describe(topic, () => {
    test.each(lines)("%s", async (said, expected) => {
      const answer = await answerTo(...said.split(" | "));
      if (typeof expected === "string") expect(answer).toBe(expected);
      else expect(answer).toMatch(expected);
    });
  });
}

expectations("time and date", [
  ["What time is it?", "It is 3:05 PM."],
  ["what is the time", /3:05 PM/],
  ["Can you tell me what time it is?", /3:05 PM/],
  ["Hello! What time is it?", "Hello. It is 3:05 PM."],
  ["hello what time is it", "Hello. It is 3:05 PM."],
  ["What time is it? | And what time is it now?", "It is now 3:05 PM."],
  ["What's the time in Tokyo?", "In Tokyo it is 11:05 PM."],
  ["what time is it in new york right now", /^In New York it is 10:05 AM/],
  ["What time is it in Narnia?", "I do not know the time zone of Narnia."],
  ["what time will it be in three hours", /6:05 PM/],
  ["What time zone are you in?", /Central European Standard Time/],
  ["What day is it today?", "Today is Wednesday, March 11, 2026."],
  ["What's the date?", /March 11, 2026/],
  ["what day is tomorrow", "Tomorrow is Thursday, March 12, 2026."],
  ["what was yesterday", "Yesterday was Tuesday, March 10, 2026."],
  ["What day is the day after tomorrow?", /Friday, March 13/],
  ["what day is it in ten days", /Saturday, March 21, 2026/],
  ["What date is next Friday?", /Friday, March 13, 2026/],
  ["what year is it", "It is 2026."],
  ["What month is it?", /March 2026/],
  ["How many days until Christmas?", /^289 more days.*Friday/],
  ["Is this a leap year?", "No, 2026 is not a leap year."],
]);

expectations("sums", [
  ["what is twelve times seven", "12 times 7 is 84."],
  ["What's 12 x 7?", "12 times 7 is 84."],
  ["what is 12x7", "12 times 7 is 84."],
  ["What is 15% of 80?", "15 percent of 80 is 12."],
  ["15 percent of 80", "15 percent of 80 is 12."],
  ["three plus four minus two", "3 plus 4 minus 2 is 5."],
  ["3+4-2", "3 plus 4 minus 2 is 5."],
  ["What is 3 plus 4 times 2?", /is 11\.$/],
  ["square root of 144", "The square root of 144 is 12."],
  ["Give me the square root of 81.", /is 9\.$/],
  ["half of 30", "Half of 30 is 15."],
  ["two thirds of ninety", /is 60\.$/],
  ["how much is two and a half times four", /is 10\.$/],
  ["one hundred and five plus ninety-five", "105 plus 95 is 200."],
  ["twenty one divided by four", /is 5\.25\.$/],
  ["ten divided by three", /is about 3\.3333\.$/],
  ["What is the sum of three and four?", /is 7\.$/],
  ["subtract three from ten", "10 minus 3 is 7."],
  ["divide 10 by 4", /is 2\.5\.$/],
  ["what's 5 minus 8", /is minus 3\.$/],
  ["2 to the power of 10", /is 1024\.$/],
  ["seven squared", /is 49\.$/],
  ["double 21", /is 42\.$/],
  ["80 plus 10 percent", /is 88\.$/],
  ["20 percent off 50", /is 40\.$/],
  ["three point five times two", /is 7\.$/],
  ["1,000 times 1,000", /is 1,000,000\.$/],
  ["What is one plus one equal to?", /is 2\.$/],
  ["average of 3, 4 and 5", /is 4\.$/],
  ["Is 17 a prime number?", /^Yes/],
  ["is 8 odd", /^No/],
  ["What is ten divided by zero?", /divided by zero/],
  ["5 / 0", /divided by zero/],
  ["square root of minus 4", /no real square root/],
  ["What's 9 minus 3? | and times two", "6 times 2 is 12."],
  ["What is twelve times seven? | plus ten", "84 plus 10 is 94."],
  ["What is 6 times 7? | half of that", "Half of 42 is 21."],
  ["Okay, so what's seven times eight, please?", /is 56\.$/],
  ["I have two dogs and three cats.", /^(?!.*\b(?:5|6)\b)/],
]);

expectations("what LLMRTC is", [
  ["What is LLMRTC?", /voice agents/],
  ["What is LLM RTC?", /voice agents/],
  ["what is L.L.M.R.T.C.", /voice agents/],
  ["Tell me about LLMRTC.", /voice agents/],
  ["What does LLMRTC stand for?", /large language model/],
  ["How do I start?", /npm start/],
  ["I want to know how to install it.", /npm start/],
  ["Does it work behind firewalls?", /TURN/],
  ["Which providers are there?", /Ollama/],
  ["How do I add my own model?", /AI SDK/],
  ["Can I use Claude?", /AI SDK/],
  ["How fast is it?", /first words/],
  ["Can I interrupt you?", /I stop/],
  ["Is it open source?", /Apache/],
  ["Is it free?", /Apache/],
  ["Do I need an API key?", /no key/],
  ["Does it run offline?", /no internet/],
  ["How does it work?", /WebRTC/],
  ["Which browsers work?", /Chrome/],
  ["Is my data private?", /nowhere else/],
  ["Who are you?", /demo brain/],
  ["Are you an AI?", /not a language model/],
  // As Whisper hears the embedded voice say it.
  ["Are you in an eye?", /not a language model/],
  ["Are you ChatGPT?", /rules/],
  ["Are you a real person?", /program/],
  ["What can you do?", /sums/],
  ["What can I ask you?", /time/],
  ["Who made you?", /contributors/],
]);

expectations("small talk", [
  ["Hello.", /^Hello\. I am the LLMRTC demo/],
  ["Hi there!", /^Hello\. I am/],
  ["Good morning!", /^Good afternoon/],
  ["Hello. | Hello.", /again/],
  ["How are you?", /How are you\?$/],
  ["How are you? | I'm fine, thanks.", /Good to hear/],
  ["What's up?", /fine/],
  ["Thanks.", "You are welcome."],
  ["Thank you very much! | Thanks again.", "My pleasure."],
  ["Goodbye.", /^Goodbye/],
  ["What's your name?", /no name of my own/],
  ["Tell me a joke.", /packet/],
  ["Tell me a joke. | another one", /UDP/],
  ["I'm bored. | Yes, please.", /packet/],
  ["You're great.", /^Thank you/],
  ["That's wrong.", /sorry/],
  ["Can you hear me?", "Loud and clear."],
  ["What's the weather like?", /no internet/],
  ["Do you speak German?", /English only/],
  ["How old are you?", /new/],
]);

expectations("memory", [
  ["My name is Anna.", /^Nice to meet you, Anna/],
  ["My name is Anna. | What is my name?", "Your name is Anna."],
  ["my name is anna | whats my name", "Your name is Anna."],
  ["Hi, I'm Anna. | How are you? | Who am I?", "Your name is Anna."],
  ["My name is Anna. What's my name?", /Your name is Anna\.$/],
  ["My name is Anna. | My name is Bob. | What's my name?", "Your name is Bob."],
  ["Call me Bob. | Do you remember my name?", "Your name is Bob."],
  ["What is my name?", /not told me your name/],
  ["I'm hungry. | What is my name?", /not told me your name/],
  ["My name is Anna. | Hello.", /Anna/],
  ["Remember that the code is 4 7 1. | What is the code?", "The code is 4 7 1."],
  ["Remember that the code is 471. | What was the code?", "The code is 4 7 1."],
  ["Please remember the code 4-7-1. | What's the code again?", "The code is 4 7 1."],
  ["Remember the number 42. | What is the number?", "The number is 42."],
  ["My favourite colour is blue. | What is my favorite color?", "Your favourite colour is blue."],
  ["My favorite color is blue. | what's my favourite colour", "Your favorite color is blue."],
  ["My favorite color is red. | My favorite color is green. | What is my favorite color?", /green/],
  ["My dog's name is Rex. | What is my dog's name?", "Your dog's name is Rex."],
  ["Please remember that my meeting is at five. | When is my meeting?", /at five/],
  ["What is my favorite food?", "You have not told me your favorite food yet."],
  ["I live in Paris. | Where do I live?", "You live in Paris."],
  ["I am 34 years old. | How old am I?", "You are 34 years old."],
  ["I like pizza. | What do I like?", "You like pizza."],
  ["Remember to buy milk. | What did I ask you to remember?", /to buy milk/],
  ["My name is Anna. | I live in Rome. | What do you know about me?", /Anna.*Rome/],
  ["I went to the park. | What did I just say?", "You said: I went to the park."],
  ["What is two plus two? | What did I just ask?", /What is two plus two/],
  ["What did I just say?", /first thing/],
  ["My name is Anna. | Forget everything. | What is my name?", /not told me/],
]);

expectations("wishes", [
  ["What time is it? | Repeat that.", "It is 3:05 PM."],
  ["What time is it? | Can you say that again, please?", "It is 3:05 PM."],
  ["What did you say?", /not said anything yet/],
  ["Louder, please.", /volume/],
  ["Could you speak slower?", /pace/],
  ["Spell banana.", "Banana is spelled B, A, N, A, N, A."],
  ["How do you spell necessary?", /N, E, C, E, S, S, A, R, Y\.$/],
  ["My name is Anna. | Spell my name.", /A, N, N, A\.$/],
  // As Whisper hears the embedded voice say it.
  ["Count at 10.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."],
  ["Count to ten.", "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."],
  ["count from five to one", "5, 4, 3, 2, 1."],
  ["Count to a million.", /long/],
  ["Say hello world.", "Hello world."],
  ["How many letters are in banana?", "Banana has 6 letters."],
  ["Stop.", "Okay."],
]);

expectations("short answers and the rest", [
  ["yes", /Good/],
  ["No.", /here if you need me/],
  ["Okay.", /What next/],
  ["Are you sure?", /really/],
  ["Why?", /rules/],
  ["um", "Take your time."],
  ["", /did not hear/],
  ["...", /did not hear/],
  ["What is the capital of France?", /not a language model/],
]);

test("does not say the same thing twice when it has no answer", async () => {
  const questions = ["capital of Peru", "depth of the sea", "colour of the moon", "speed of light"];
  const answers = await answersTo(questions.map((thing) => `What is the ${thing}?`));
  expect(new Set(answers).size).toBe(answers.length);
});

test("uses the name that the system prompt gives it", async () => {
  const prompt = "You are Max, a friendly pirate. Answer briefly.";
  expect(await answersTo(["What is your name?"], prompt)).toEqual(["My name is Max."]);
  expect((await answersTo(["Hello"], prompt))[0]).toMatch(/I am Max/);
});

test("takes no name from a system prompt that gives none", async () => {
  const prompt = "You are a helpful voice assistant. You are The Best.";
  expect((await answersTo(["What is your name?"], prompt))[0]).toMatch(/no name/);
});

test("keeps calls apart: everything comes from the messages of the request", async () => {
  await answerTo("My name is Anna.");
  expect(await answerTo("What is my name?")).toMatch(/not told me/);
});

test("streams word by word what it completes", async () => {
  const messages: Message[] = [{ role: "user", content: "What is LLMRTC?" }];
  const { fullText } = await brain.complete({ messages });
  const chunks = [];
  for await (const chunk of brain.stream({ messages })) chunks.push(chunk);

  expect(chunks.length).toBeGreaterThan(10);
  expect(chunks.map(({ content }) => content).join("")).toBe(fullText);
  expect(chunks.at(-1)).toEqual({ content: "", done: true, stopReason: "end_turn" });
  expect(chunks.filter(({ done }) => done)).toHaveLength(1);
});

test("lets the event loop go round between two words", async () => {
  const messages: Message[] = [{ role: "user", content: "What can you do?" }];
  let rounds = 0;
  let next = setImmediate(function round() {
    rounds++;
    next = setImmediate(round);
  });
  let words = 0;
  for await (const _chunk of brain.stream({ messages })) words++;
  clearImmediate(next);
  expect(rounds).toBeGreaterThan(words / 2);
});

test("stops in the middle of a sentence with the signal's reason", async () => {
  const turn = new AbortController();
  const reason = new Error("barge-in");
  const heard: string[] = [];
  const talk = async (): Promise<void> => {
    const messages: Message[] = [{ role: "user", content: "What can you do?" }];
    for await (const { content } of brain.stream({ messages }, turn)) {
      heard.push(content);
      if (heard.length === 3) turn.abort(reason);
    }
  };
  await expect(talk()).rejects.toBe(reason);
  expect(heard).toHaveLength(3);
});

test("does not begin once aborted", async () => {
  const reason = new Error("gone");
  const signal = AbortSignal.abort(reason);
  const messages: Message[] = [{ role: "user", content: "Hello" }];
  await expect(brain.complete({ messages }, { signal })).rejects.toBe(reason);
});

test("runs on the machine's clock by default", async () => {
  const { fullText } = await demoBrain().complete({
    messages: [{ role: "user", content: "What year is it?" }],
  });
  expect(fullText).toMatch(/^It is 20\d\d\.$/);
});

describe("any words at all", () => {
  const word = fc.oneof(
    fc.constantFrom("what", "is", "my", "the", "times", "plus", "of", "half", "seven", "hundred"),
    fc.constantFrom(
      "remember",
      "that",
      "name",
      "and",
      "minus",
      "4",
      "percent",
      "to",
      "count",
      "say",
    ),
    fc.string({ maxLength: 12 }),
  );
  const utterance = fc.oneof(
    fc.array(word, { maxLength: 60 }).map((words) => words.join(" ")),
    fc.string({ unit: "grapheme", maxLength: 400 }),
  );

  test("get a short spoken answer, the same each time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(utterance, { minLength: 1, maxLength: 3 }), async (said) => {
        const answer = await answerTo(...said);
        expect(answer.trim()).not.toBe("");
        expect(answer.length).toBeLessThan(800);
        expect(await answerTo(...said)).toBe(answer);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    "times ",
    "one ",
    "my is ",
    "remember that the ",
    "half of ",
    "l l m ",
    "what is the ",
    "2 x ",
    "-",
    "add 1 and ",
    "\u00e9",
  ])("however long: %s", async (piece) => {
    const said = piece.repeat(20_000);
    const messages: Message[] = Array.from({ length: 20 }, () => ({ role: "user", content: said }));
    const start = performance.now();
    await brain.complete({ messages });
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
