import type { Environment } from "../environment.ts";

/** Whether the browser makes WebRTC connections at all: of one that it did not make, the list is to blame. */
export function hasWebRtc({ createPeer }: Pick<Environment, "createPeer">): boolean {
  try {
    createPeer({}).close();
    return true;
  } catch {
    return false; // that is the answer
  }
}
