import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Chromium is; `npm test` says so by CHROMIUM_PATH. */
const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

export interface BrowserOptions {
  /** A WAV file that the browser's microphone device plays once. Default: the microphone beeps. */
  readonly microphone?: string;
}

/** A real Chromium with an empty profile. Speech needs no click there, and nobody is asked. */
export async function openBrowser({ microphone }: BrowserOptions = {}): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`no Chromium at ${executablePath}; install it or set CHROMIUM_PATH`);
  }
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--autoplay-policy=no-user-gesture-required",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      ...(microphone ? [`--use-file-for-fake-audio-capture=${microphone}%noloop`] : []),
    ],
  });
}
