// How many calls one server process carries, and what each costs it.
//   npm run bench -- load [--calls 1,20,40,60] [--seconds 20] [--way webrtc|websocket]
//                         [--own | --incumbent] [--profile FOLDER] [--json]
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { incumbentServer } from "./src/incumbent.ts";
import { serveCallers } from "./src/load/callers-process.ts";
import { type Way, ways } from "./src/load/leg.ts";
import { measureLoad, replyMs, rounded, sayings } from "./src/load/measure.ts";
import { loadTable } from "./src/load/report.ts";

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    calls: { type: "string", default: "1,20,40,60" },
    seconds: { type: "string", default: "20" },
    way: { type: "string", default: "webrtc" },
    own: { type: "boolean", default: false },
    incumbent: { type: "boolean", default: false },
    /** Where the server's CPU profile goes. */
    profile: { type: "string" },
    json: { type: "boolean", default: false },
    /** This process is the callers'. */
    callers: { type: "boolean", default: false },
  },
});

if (values.callers) await serveCallers(sayings.question, replyMs);
else await bench();

async function bench(): Promise<void> {
  const way = ways.find((name) => name === values.way);
  if (way === undefined) throw new Error(`--way is one of ${ways.join(", ")}`);
  const options = {
    way: way satisfies Way,
    levels: values.calls.split(",").map(Number),
    seconds: Number(values.seconds),
    callersScript: fileURLToPath(new URL("run.mjs", import.meta.url)),
    profile: values.profile,
  };
  const results = [];
  if (!values.incumbent) {
    results.push(await measureLoad("ours", "@metered/llmrtc-backend", options));
  }
  if (!values.own && way === "webrtc") {
    const { entry } = await incumbentServer();
    results.push(await measureLoad("incumbent", entry, options));
  }
  console.log(values.json ? JSON.stringify(results, rounded) : loadTable(results));
  process.exit(0);
}
