// From the first to the last piece of text that the page gets of 20 that come every 20 ms.
import { run } from "./src/run.ts";
import { text } from "./src/figures/text.ts";

await run(process.argv.slice(2), [text]);
