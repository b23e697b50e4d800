// One call with the models that ship with us and nothing else.
//   npm run bench -- embedded [turns] [--json]
import { embedded } from "./src/figures/embedded.ts";
import { run } from "./src/run.ts";

await run([...process.argv.slice(2), "--own"], [embedded]);
