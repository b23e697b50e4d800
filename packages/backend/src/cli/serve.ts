import { jsonLogger } from "../logging.ts";
import { LLMRTCServer } from "../server.ts";
import { parseEnvironment } from "./environment.ts";
import { chooseProviders } from "./providers.ts";

/** Serves until SIGINT or SIGTERM. */
export async function serve(flags: {
  readonly port?: number;
  readonly host?: string;
}): Promise<void> {
  const started = performance.now();
  const { server: settings, settings: variables } = parseEnvironment(process.env);
  const { providers, report, warnings, historyLimit } = await chooseProviders(process.env);
  const server = new LLMRTCServer({
    ...(historyLimit !== undefined && { historyLimit }),
    ...settings,
    ...flags,
    providers,
    logger: jsonLogger(variables.LOG_LEVEL),
  });
  const loading = process.stdout.isTTY ? setTimeout(say, 300, "Loading the models …") : undefined;
  const listening = new Promise<{ host: string; port: number }>((resolve) =>
    server.once("listening", resolve),
  );
  try {
    await server.start();
  } finally {
    clearTimeout(loading);
  }
  const { host, port } = await listening;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);

  say("");
  say(`  LLMRTC is listening on ${address(host, port)}   (ready in ${seconds} s)`);
  say("");
  for (const { kind, name, why, remedy } of report) {
    say(`  ${label[kind]}  ${name} — ${why}`);
    if (remedy) say(`               ${remedy}`);
  }
  say(`  ICE servers  ${server.iceSource.description}`);
  const iceWarning = server.iceSource.warning;
  for (const warning of [...warnings, ...(iceWarning ? [iceWarning] : [])])
    say(`  Warning      ${warning}`);
  say("");
  say("  Open the page, press Start and speak. Ctrl-C stops.");
  say("");
  stopOnSignal(server);
}

/** The first signal stops cleanly, the second at once. */
function stopOnSignal(server: LLMRTCServer): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    say("  Stopping …");
    void server.stop().then(() => {
      process.exit(0);
    });
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

const label = { llm: "Brain      ", stt: "Hearing    ", tts: "Voice      " } as const;

/** An address that a browser can open and that counts as secure where it can (localhost). */
function address(host: string, port: number): string {
  const local = ["127.0.0.1", "::1", "0.0.0.0", "::", "localhost"].includes(host);
  const name = local ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
