import type { Browser } from "playwright-core";
import { microphoneFile } from "../../e2e/src/microphone-file.ts";
import { Agent } from "./agent.ts";
import { openBrowser } from "./browser.ts";
import { makeCertificates } from "./certificates.ts";
import { giveIpv6 } from "./ipv6.ts";
import { Lab } from "./lab.ts";
import { TurnServer } from "./turn-server.ts";

/** A lab with everything in it that a call needs. */
export interface CallingLab {
  readonly lab: Lab;
  readonly turn: TurnServer;
  readonly agent: Agent;
  readonly browser: Browser;
  close(): Promise<void>;
}

/**
 * @param clip what the caller says, of e2e/clips
 * @param ipv6 beside IPv4; the caller's wifi and the public server have it
 */
export async function openCallingLab(
  clip: string,
  { ipv6 = false }: { readonly ipv6?: boolean } = {},
): Promise<CallingLab> {
  const lab = await Lab.open();
  try {
    if (ipv6) await giveIpv6(lab);
    const certificates = await makeCertificates(lab.folder);
    const microphone = await microphoneFile(clip, { leadMs: 300, tailMs: 20_000 });
    const turn = await TurnServer.start(lab, certificates, { ipv6 });
    const [agent, browser] = await Promise.all([
      Agent.start(lab, certificates, turn),
      openBrowser(lab, certificates, microphone.file),
    ]);
    const close = async (): Promise<void> => {
      await browser.close();
      await Promise.all([lab.close(), microphone.remove()]);
    };
    return { lab, turn, agent, browser, close };
  } catch (error) {
    await lab.close();
    throw error;
  }
}
