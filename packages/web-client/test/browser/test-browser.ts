import { type ChromiumOptions, openChromium } from "@metered/llmrtc-testing/chromium";
import type { Browser } from "playwright-core";

/** Pages ask for the microphone, as each scene's context says; `agent.test` is this machine. */
export function openTestBrowser(options: ChromiumOptions = {}): Promise<Browser> {
  return openChromium({
    mayListen: false,
    args: [
      "--disable-features=WebRtcHideLocalIpsWithMdns",
      "--host-resolver-rules=MAP agent.test 127.0.0.1",
    ],
    ...options,
  });
}
