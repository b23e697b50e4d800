import type { Page } from "playwright-core";

declare global {
  // Only behind the firewall.
  var firewall: { up: boolean };
}

/**
 * Lets no packet of WebRTC out of the page: a real browser that may use TURN servers only, and has
 * none, gathers no candidate. Until `openFirewall`.
 */
export async function closeFirewall(page: Page): Promise<void> {
  await page.addInitScript(() => {
    globalThis.firewall = { up: true };
    const Real = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Real {
      constructor(configuration: RTCConfiguration = {}) {
        const { up } = globalThis.firewall;
        super(up ? { ...configuration, iceTransportPolicy: "relay" } : configuration);
      }
    };
  });
}

/** Lets packets through again, and tells the page that the network is another. */
export async function openFirewall(page: Page): Promise<void> {
  await page.evaluate(() => {
    globalThis.firewall.up = false;
    dispatchEvent(new Event("online"));
  });
}

/** Takes WebCodecs away, as older browsers are. */
export async function withoutWebCodecs(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, "AudioEncoder");
  });
}
