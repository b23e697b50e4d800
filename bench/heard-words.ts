// How well the ledger tells which words were heard: the embedded voice says sentences, playing is cut at
// random times, and the words of the ledger are held against those that Whisper hears up to the cut.
//   npm run bench -- heard-words [cuts]
import {
  encodeWav,
  type Pcm,
  PcmReader,
  speakerFormat,
  SentenceSplitter,
  SpokenLedger,
} from "@metered/llmrtc-core";
import { EmbeddedSTTProvider, EmbeddedTTSProvider } from "@metered/llmrtc-provider-embedded";
import { wordErrors, wordsOf } from "./src/words.ts";

const replies = [
  ["The lighthouse keeper counted every ship that passed the rocks.", "Nobody knew why he did it."],
  ["Well, I can check that for you, but it may take a moment.", "Would you like to wait?"],
  ["Your table is booked for tomorrow evening, by the window, as you wished."],
  ["First open the settings, then choose the microphone, and finally press the button."],
  ["Sure. The nearest station is Central Park, about five minutes away on foot."],
  ["Paris is the capital of France. It has a famous tower, many museums, and very good bread."],
  ["I am sorry to hear that. Let us find out together what went wrong with your order."],
  ["Photosynthesis turns sunlight, water and air into sugar; plants live on it."],
];
const cuts = Number(process.argv[2] ?? 96);
/** Numbers like chance, the same each time. */
let seed = 7;
const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;

const tts = new EmbeddedTTSProvider();
const stt = new EmbeddedSTTProvider();
await Promise.all([tts.init(), stt.init()]);

const off: number[] = [];
for (let cut = 0; cut < cuts; cut += 1) {
  const reply = replies[cut % replies.length] ?? [];
  const ledger = new SpokenLedger();
  const said: { readonly sentence: string; readonly fromMs: number; readonly pcm: Pcm }[] = [];
  for (const [at, sentence] of sentencesOf(reply.join(" ")).entries()) {
    ledger.sentence(sentence);
    const { audio } = await tts.speak(sentence, { format: "pcm", dueInMs: at * 1000 });
    const pcm = new PcmReader().push(audio);
    said.push({ sentence, fromMs: ledger.totalMs, pcm });
    ledger.audio(pcm);
  }
  ledger.end();
  const playedMs = (0.15 + 0.8 * random()) * ledger.totalMs;
  // Where sentences begin is known, so Whisper judges the last one alone: it leaves out short beginnings.
  const before = said.filter(({ fromMs }) => fromMs <= playedMs);
  const last = before.pop();
  if (!last) continue;
  const heard = last.pcm.subarray(0, Math.round((playedMs - last.fromMs) * 24));
  const padded = Int16Array.from([...heard, ...new Int16Array(12_000)]);
  const { text } = await stt.transcribe(encodeWav(padded, speakerFormat));
  const whole = before.reduce((words, { sentence }) => words + wordsOf(sentence).length, 0);
  const truth = whole + closestPrefix(wordsOf(last.sentence), wordsOf(text));
  const told = wordsOf(ledger.heard(playedMs)).length;
  off.push(told - truth);
  if (Math.abs(told - truth) > 1) {
    console.log(
      `${told - truth}  at ${Math.round(playedMs)} ms\n   ledger  ${ledger.heard(playedMs)}\n   whisper ${text}`,
    );
  }
}
const within = (words: number): string =>
  ((100 * off.filter((one) => Math.abs(one) <= words).length) / off.length).toFixed(1);
const mean = off.reduce((sum, one) => sum + one, 0) / off.length;
console.log(
  `${cuts} cuts: exact ${within(0)} %, within one word ${within(1)} %, mean ${mean.toFixed(2)}`,
);
await Promise.all([tts.close(), stt.close()]);

function sentencesOf(text: string): string[] {
  const splitter = new SentenceSplitter();
  return [...splitter.push(text), ...splitter.flush()];
}

/** How many words of `all` make the text most like `heard`. */
function closestPrefix(all: readonly string[], heard: readonly string[]): number {
  let best = { length: 0, errors: heard.length };
  for (let length = 1; length <= all.length; length += 1) {
    const errors = wordErrors([...all.slice(0, length)], [...heard]);
    if (errors <= best.errors) best = { length, errors };
  }
  return best.length;
}
