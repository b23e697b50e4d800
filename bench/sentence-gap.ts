// Silence between two sentences when the voice takes 300 ms for its first byte.
import { run } from "./src/run.ts";
import { sentenceGap } from "./src/figures/sentence-gap.ts";

await run(process.argv.slice(2), [sentenceGap]);
