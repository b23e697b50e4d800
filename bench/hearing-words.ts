// Word errors of the embedded recogniser over a folder of labelled recordings: `labels.jsonl` with
// `file`, `text` and `source` per line, FLAC files, decoded by the command `flac`.
//   npm run bench -- hearing-words <folder> [native|wasm]
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { table } from "./src/table.ts";
import { wordErrors, wordsOf } from "./src/words.ts";

interface Label {
  readonly file: string;
  readonly text: string;
  readonly source: string;
  readonly label: string;
}

const [folder = ".", runtime] = process.argv.slice(2);
const lines = (await readFile(path.join(folder, "labels.jsonl"), "utf8")).trim().split("\n");
const stt = new EmbeddedSTTProvider({ runtime: runtime === "wasm" ? "wasm" : "auto" });
await stt.init();

const counts = new Map<string, { clips: number; words: number; errors: number }>();
for (const line of lines) {
  const { file, text, source, label } = JSON.parse(line) as Label;
  if (label === "backchannel" || text === "") continue;
  const flac = path.join(folder, file);
  const wav = execFileSync("flac", ["--decode", "--silent", "--stdout", flac]);
  const heard = (await stt.transcribe(wav)).text;
  const errors = wordErrors(wordsOf(text), wordsOf(heard));
  for (const group of [source, "all"]) {
    const count = counts.get(group) ?? { clips: 0, words: 0, errors: 0 };
    count.clips += 1;
    count.words += wordsOf(text).length;
    count.errors += errors;
    counts.set(group, count);
  }
  if (errors > 0) console.log(`${errors}  ${file}\n   said  ${text}\n   heard ${heard}`);
}
const rows = [...counts].map(([group, { clips, words, errors }]) => {
  const share = `${((100 * errors) / words).toFixed(1)} %`;
  return [group, String(clips), String(words), String(errors), share];
});
console.log(table(["source", "clips", "words", "errors", "share"], rows));
await stt.close();
