import {
  bytesFromPcm,
  type Pcm,
  type ServerMessage,
  speakerFormat,
  type VoiceOutput,
} from "@metered/llmrtc-core";
import type { Playout } from "../media/playout.ts";

/** Room that a voice waits for before it makes more, in milliseconds of the playout's queue. */
const roomMs = 1_000;

/** Speaks into the call's audio track, at the pace of the playout clock. */
export function trackVoice(playout: Playout): VoiceOutput {
  return {
    async play(pcm, signal) {
      playout.enqueue(pcm);
      await playout.roomFor(roomMs, { signal });
    },
    queuedMs: () => playout.queuedMs,
    playedMs: () => playout.playedMs,
    whenPlayed: (ms, signal) => playout.whenPlayed(ms, { signal }),
    whenDrained: (signal) => playout.whenDrained({ signal }),
    clear: () => void playout.clear(),
  };
}

/**
 * Speaks to a client without an audio track: sound goes as `tts-chunk` messages, as fast as it is
 * made, and counts as played when it is sent.
 */
export function messageVoice(turnId: string, send: (message: ServerMessage) => void): VoiceOutput {
  let sentMs = 0;
  return {
    async play(pcm: Pcm) {
      sentMs += (pcm.length * 1000) / speakerFormat.sampleRate;
      const data = Buffer.from(bytesFromPcm(pcm)).toString("base64");
      send({
        type: "tts-chunk",
        format: "pcm",
        sampleRate: speakerFormat.sampleRate,
        data,
        turnId,
      });
    },
    queuedMs: () => 0,
    playedMs: () => sentMs,
    whenPlayed: async () => undefined,
    whenDrained: async () => undefined,
    clear: () => undefined,
  };
}
