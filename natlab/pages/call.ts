import { LLMRTCWebClient } from "@metered/llmrtc-web-client";
import { StoryCall } from "./story.ts";
import { pathTaken, type PathTaken, shareConcealed } from "./statistics.ts";
import { peers, watchPeers } from "./watched-peers.ts";

/** How a call went, from the page's side. */
export type CallResult =
  | {
      readonly connected: true;
      /** How sound travelled when the turn was over. */
      readonly kind: "webrtc" | "websocket";
      /** From the offer to a connected peer; NaN without one. */
      readonly connectMs: number;
      /** From `start()` to a connected client. */
      readonly startMs: number;
      readonly path: PathTaken | undefined;
      /** What the server understood of the microphone's clip. */
      readonly transcript: string;
      /** The agent's voice was heard. */
      readonly answered: boolean;
      /** Share of the agent's sound that the browser had to make up, 0 to 1; NaN over the WebSocket. */
      readonly concealed: number;
      /** Packets of it that got lost while the agent told a story, in percent, as the client reports it. */
      readonly lossPct: number | undefined;
    }
  | { readonly connected: false; readonly code: string; readonly afterMs: number };

declare global {
  var natlab: { readonly speak: typeof speak; readonly StoryCall: typeof StoryCall };
  /** The call that runs in this page. */
  var story: StoryCall | undefined;
}

const turnWithinMs = 20_000;

watchPeers();
globalThis.natlab = { speak, StoryCall };

/**
 * Calls, says what the microphone says, waits for the answer, and hangs up.
 *
 * @param listenMs stays at least so long, for what is understood only in a second turn
 * @param story then lets the agent talk until the client has reported how well that came
 */
async function speak(listenMs = 0, story = false): Promise<CallResult> {
  const client = new LLMRTCWebClient({
    signallingUrl: `wss://${location.host}`,
    reconnection: { enabled: false },
  });
  const began = performance.now();
  try {
    await client.start();
  } catch (error) {
    const { code } = error as { readonly code?: string };
    return { connected: false, code: code ?? String(error), afterMs: performance.now() - began };
  }
  const startMs = performance.now() - began;
  try {
    const finals: string[] = [];
    const heard = new Promise<true>((resolve) => {
      client.on("transcript", (text, isFinal) => {
        if (!isFinal) return;
        finals.push(text);
        resolve(true);
      });
    });
    await client.shareAudio();
    const listened = passed(listenMs);
    const understood = await within(heard, turnWithinMs);
    const answered = understood === true && (await soundComes(client));
    await listened;
    const transcript = finals.join(" ");
    const kind = client.connectionReport?.kind ?? "webrtc";
    const lossPct = story ? await lossInStory(client) : undefined;
    const peer = kind === "webrtc" ? peers.find(({ connectedAt }) => connectedAt) : undefined;
    return {
      connected: true,
      kind,
      connectMs: (peer?.connectedAt ?? NaN) - (peer?.offeredAt ?? NaN),
      startMs,
      path: peer && (await pathTaken(peer.connection)),
      transcript,
      answered,
      concealed: peer ? await shareConcealed(peer.connection) : NaN,
      lossPct,
    };
  } finally {
    client.close();
  }
}

/** Of the second report from now on: the first is also about the silence before. */
async function lossInStory(client: LLMRTCWebClient): Promise<number | undefined> {
  const second = new Promise<number | undefined>((resolve) => {
    client.once("connectionReport", () => {
      client.once("connectionReport", ({ lossPct }) => {
        resolve(lossPct);
      });
    });
  });
  client.sendText("Tell me a story");
  return within(second, 2 * turnWithinMs);
}

/** By what the page plays, whichever way it came. */
async function soundComes(client: LLMRTCWebClient): Promise<boolean> {
  const deadline = performance.now() + turnWithinMs;
  while (performance.now() < deadline) {
    if (client.outputLevel > 0.1) return true;
    await passed(50);
  }
  return false;
}

function passed(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}

function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  return Promise.race([promise, passed(ms)]);
}
