import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import type { Certificates } from "./certificates.ts";
import { command } from "./command.ts";
import type { Lab } from "./lab.ts";

/** Where Chromium is; `npm test` says so by CHROMIUM_PATH. */
const executable = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/**
 * A real Chromium in the caller's network. It trusts the lab's authority as it would any other, so
 * that a bad certificate of the server or of TURN is a failure.
 *
 * @param microphone a WAV file that plays once, from the beginning each time a page listens
 */
export async function openBrowser(
  lab: Lab,
  { authority }: Certificates,
  microphone: string,
): Promise<Browser> {
  const home = path.join(lab.folder, "home");
  const store = path.join(home, ".pki/nssdb");
  mkdirSync(store, { recursive: true });
  const database = ["-d", `sql:${store}`];
  await command("certutil", [...database, "-N", "--empty-password"]);
  await command("certutil", [...database, "-A", "-t", "C,,", "-n", "lab", "-i", authority]);
  const wrapper = path.join(lab.folder, "chromium");
  const enter = `exec ip netns exec ${lab.name("caller")} ${executable} "$@"`;
  writeFileSync(wrapper, `#!/bin/sh\n${enter}\n`, { mode: 0o755 });
  return openChromium({
    executablePath: wrapper,
    microphone,
    env: { ...process.env, HOME: home },
  });
}
