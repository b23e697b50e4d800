import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

export interface ChromiumOptions {
  /** Default: what the environment variable `CHROMIUM_PATH` names, else `/usr/bin/chromium`. */
  readonly executablePath?: string;
  /**
   * What the microphone hears: a WAV file, 48 kHz, that plays once from its beginning each time a page opens the
   * microphone. Default: beeps.
   */
  readonly microphone?: string;
  /** Pages may use microphone and camera without asking. Default true. */
  readonly mayListen?: boolean;
  /** Pages may play sound before anybody has clicked. Default true. */
  readonly maySpeak?: boolean;
  /** Further arguments of Chromium. */
  readonly args?: readonly string[];
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * A real Chromium without a window, with an empty profile and without traffic of its own, that calls as a person's
 * does: `playwright-core` is needed beside this package, and a Chromium.
 *
 * @throws {Error} when there is no Chromium at the path
 */
export async function openChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const { microphone, mayListen = true, maySpeak = true, args = [], env } = options;
  const executablePath =
    options.executablePath ?? process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`no Chromium at ${executablePath}; install it or set CHROMIUM_PATH`);
  }
  return chromium.launch({
    executablePath,
    headless: true,
    ...(env && { env: withoutAbsent(env) }),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--autoplay-policy=${maySpeak ? "no-user-gesture-required" : "user-gesture-required"}`,
      "--use-fake-device-for-media-stream",
      ...(mayListen ? ["--use-fake-ui-for-media-stream"] : []),
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}%noloop`] : []),
      ...args,
    ],
  });
}

function withoutAbsent(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
