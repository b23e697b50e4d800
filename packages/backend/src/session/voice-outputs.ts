import {
  bytesFromPcm,
  type HeardSound,
  type Pcm,
  type ServerMessage,
  speakerFormat,
  type VoiceOutput,
} from "@metered/llmrtc-core";
import type { Playout } from "../media/playout.ts";

/** Room that a voice waits for before it makes more, in milliseconds of the playout's queue. */
const roomMs = 1_000;

/** Longer than sound takes to a listener in the next continent, shorter than a short utterance. */
const patienceMs = 400;

/**
 * Speaks into the call's audio track, at the pace of the playout clock.
 *
 * @param silenced whether the caller's end falls silent as soon as it is told of a pause
 */
export function trackVoice(playout: Playout, silenced: () => boolean): VoiceOutput {
  return {
    async play(pcm, signal) {
      playout.enqueue(pcm);
      await playout.roomFor(roomMs, { signal });
    },
    queuedMs: () => playout.queuedMs,
    sentMs: () => playout.sentMs,
    whenPlayed: (ms, signal) => playout.whenPlayed(ms, { signal }),
    whenDrained: (signal) => playout.whenDrained({ signal }),
    whenSent: (ms, signal) => playout.whenSent(ms, { signal }),
    async whenHeard(ms, signal) {
      await playout.whenHeard(ms, { signal });
      const { heardMs = ms, agoMs = 0 } = playout.attested ?? {};
      return heardMs - ms + agoMs;
    },
    heard: (sinceMs) => heardOf(playout, sinceMs),
    clear: () => {
      if (silenced()) playout.forget();
      else playout.clear();
    },
    pause: () => {
      playout.pause();
    },
    resume: () => {
      playout.resume({ silenced: silenced() });
    },
  };
}

/**
 * A client that has spoken up since the sound of the reply began gets a moment to say that it has
 * played the rest; what it then does not attest was not heard.
 */
async function heardOf(playout: Playout, sinceMs: number): Promise<HeardSound> {
  const { sentMs } = playout;
  const firstFrame = playout.frameOf(sinceMs);
  const attests = (): boolean => (playout.attested?.frame ?? -1) > firstFrame;
  if (sentMs <= sinceMs || !attests()) return { sentMs, heardMs: sentMs, attested: attests() };
  await playout.whenHeard(sentMs, { withinMs: patienceMs }).catch(() => undefined); // the call ended
  const heardMs = Math.min(sentMs, Math.max(sinceMs, playout.attested?.heardMs ?? sentMs));
  return { sentMs, heardMs, attested: true };
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
    sentMs: () => sentMs,
    whenPlayed: async () => undefined,
    whenDrained: async () => undefined,
    whenSent: async () => undefined,
    whenHeard: () => new Promise(() => undefined), // such a client does not say
    heard: async () => ({ sentMs, heardMs: sentMs, attested: false }),
    clear: () => undefined,
    pause: () => undefined, // what was sent is played
    resume: () => undefined,
  };
}
