// From the start of the process to the first client that is welcomed: the library with providers that
// load nothing, and the command line, which in our case loads and warms its speech models first.
import { fileURLToPath } from "node:url";
import { incumbentServer } from "./src/incumbent.ts";
import { ServerProcess } from "./src/server-process.ts";
import { show, summarise, table } from "./src/table.ts";

const options = process.argv.slice(2);
const starts = Number(options.find((option) => /^\d+$/.test(option)) ?? 7);
const nobody = "http://127.0.0.1:9";
const cli = fileURLToPath(new URL("../packages/backend/dist/cli/main.js", import.meta.url));
const incumbent = options.includes("--own") ? undefined : await incumbentServer();

const library = (entry: string) => () => ServerProcess.withFixedProviders(entry, []);
const command = (file: string) => () =>
  ServerProcess.start([file], {
    ICE_SERVERS: "[]",
    OLLAMA_BASE_URL: nobody,
    LMSTUDIO_BASE_URL: `${nobody}/v1`,
    ...(file === incumbent?.cli && { OPENAI_API_KEY: "none" }),
  });

const ways: Record<string, () => Promise<ServerProcess>> = {
  ...(!options.includes("--incumbent") && {
    "library, ours": library("@metered/llmrtc-backend"),
    "command, ours (speech models loaded)": command(cli),
  }),
  ...(incumbent && {
    "library, incumbent": library(incumbent.entry),
    "command, incumbent (no model of its own)": command(incumbent.cli),
  }),
};

const rows: string[][] = [];
for (const [name, start] of Object.entries(ways)) {
  const times: number[] = [];
  for (let i = 0; i < starts; i++) {
    const server = await start();
    times.push(server.listeningMs);
    await server.stop();
  }
  rows.push([name, show(summarise(times))]);
}
console.log(table(["process start to listening", "ms: median (least)"], rows));
