#!/usr/bin/env node
import { LLMRTCError } from "@metered/llmrtc-core";
import { Command, InvalidArgumentError } from "commander";
import dotenv from "dotenv";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { addDoctorCommand } from "./doctor-command.ts";

// Each command loads its own code when it runs: the doctor should not wait for the models.

/** `.env` of the working directory; what the environment has already wins. */
function loadDotEnv(): void {
  if (existsSync(".env")) dotenv.config({ quiet: true });
}

function version(): string {
  const manifest = fileURLToPath(new URL("../../package.json", import.meta.url));
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError("a port is a number from 0 to 65535.");
  }
  return number;
}

/** Without TURN callers are lost, so that these are told here and the others in the docs. */
const environment = `
Environment, also from .env. How callers get through (the first that is set is used):
  ICE_SERVERS                                        a JSON list of STUN and TURN servers
  METERED_APP_NAME, METERED_API_KEY                  TURN servers of a Metered account
  TURN_URLS, TURN_SECRET                             a TURN server with a shared secret (coturn)
  CLOUDFLARE_TURN_KEY_ID, CLOUDFLARE_TURN_API_TOKEN  Cloudflare TURN
  TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN              Twilio TURN
All variables: docs/server.md; all about ICE: docs/networking.md.`;

const program = new Command("llmrtc-backend")
  .description("Real-time voice agents over WebRTC. Without a command it serves.")
  .version(version())
  .helpOption("--help", "show this help") // -h is the host, as it always was
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2)) // bad usage is 2
  .option("-p, --port <number>", "port to listen on (environment: PORT)", port)
  .option("-h, --host <address>", "address to listen on (environment: HOST)")
  .addHelpText("after", environment)
  .action(async (options: { readonly port?: number; readonly host?: string }) => {
    const { serve } = await import("./serve.ts");
    await serve(options);
  });

program
  .command("say <text>")
  .description("speak a text with the embedded voice into a WAV file")
  .helpOption("--help", "show this help")
  .requiredOption("-o, --output <file>", "the WAV file to write")
  .action(async (text: string, { output }: { readonly output: string }) => {
    const { say } = await import("./say.ts");
    await say(text, output);
  });

program
  .command("transcribe <file>")
  .description("write down what is said in a WAV file, with the embedded recogniser")
  .helpOption("--help", "show this help")
  .action(async (file: string) => {
    const { transcribeFile } = await import("./transcribe-file.ts");
    await transcribeFile(file);
  });

addDoctorCommand(program);

loadDotEnv();
try {
  await program.parseAsync();
} catch (error) {
  // What we throw on purpose is one clear line; anything else is a fault of ours and shows its place.
  process.stderr.write(
    error instanceof LLMRTCError
      ? `llmrtc-backend: ${error.message}\n`
      : `llmrtc-backend: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
