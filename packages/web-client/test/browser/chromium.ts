import { chromium, type Browser } from "playwright-core";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** A real Chromium with a fake microphone that beeps. `sound: false` keeps its autoplay rules. */
export function openChromium({
  sound = true,
}: { readonly sound?: boolean } = {}): Promise<Browser> {
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
      "--disable-features=WebRtcHideLocalIpsWithMdns",
      "--host-resolver-rules=MAP agent.test 127.0.0.1",
      "--use-fake-device-for-media-stream",
      `--autoplay-policy=${sound ? "no-user-gesture-required" : "user-gesture-required"}`,
    ],
  });
}
