// From the first sound of a caller who speaks over the agent to the silence in his browser.
import { run } from "./src/run.ts";
import { interruption } from "./src/figures/interruption.ts";

await run(process.argv.slice(2), [interruption]);
