import type { Clock } from "@metered/llmrtc-core";
import { LLMRTCClientError } from "../errors.ts";
import { openMicrophone, stopTracks } from "../media/capture.ts";
import type { LevelMeter } from "../media/level.ts";
import { Sound } from "../media/sound.ts";
import type { MicrophoneCheck } from "./report.ts";

export interface MicrophoneCheckOptions {
  readonly clock: Clock;
  readonly constraints: MediaTrackConstraints;
  /** The level so far. */
  readonly heard: (check: MicrophoneCheck) => void;
  readonly signal: AbortSignal;
}

/** From here on it is somebody who speaks, at 0 to 1 over 60 dB. */
const speech = 0.4;
const listenMs = 4000;
/** A moment at least, so that a click is not taken for speech. */
const listenAtLeastMs = 800;
const lookEveryMs = 50;

/** Opens the microphone, which may ask the person, and listens until somebody speaks, at most 4 s. */
export async function checkMicrophone(options: MicrophoneCheckOptions): Promise<MicrophoneCheck> {
  const { constraints, signal } = options;
  let stream: MediaStream;
  try {
    stream = await openMicrophone(constraints);
  } catch (error) {
    if (!(error instanceof LLMRTCClientError)) throw error;
    const { message, remedy, reason } = error;
    return { verdict: "failed", finding: message, remedy, ...(reason && { reason }) };
  }
  const sound = new Sound();
  try {
    signal.throwIfAborted();
    const label = stream.getAudioTracks()[0]?.label ?? "";
    const meter = sound.meter(stream);
    const loudest = await listen(meter, { ...options, label });
    signal.throwIfAborted();
    if (sound.context.state !== "running") {
      return { verdict: "ok", finding: "open; how loud it is can be told after a click", label };
    }
    return { label, level: loudest, ...judgeLevel(loudest) };
  } finally {
    stopTracks(stream);
    sound.close();
  }
}

type Listening = MicrophoneCheckOptions & { readonly label: string };

async function listen(
  meter: LevelMeter,
  { clock, heard, signal, label }: Listening,
): Promise<number> {
  const begun = clock.now();
  let loudest = 0;
  for (;;) {
    await new Promise<void>((resolve) => {
      clock.after(lookEveryMs, resolve);
    });
    loudest = Math.max(loudest, meter.level);
    const spent = clock.now() - begun;
    if (signal.aborted || spent >= listenMs) return loudest;
    if (loudest >= speech && spent >= listenAtLeastMs) return loudest;
    heard({ verdict: "running", finding: "say something", label, level: loudest });
  }
}

/** @param loudest 0 to 1 */
export function judgeLevel(
  loudest: number,
): Pick<MicrophoneCheck, "verdict" | "finding" | "remedy"> {
  if (loudest >= speech) return { verdict: "ok", finding: "hears you" };
  if (loudest > 0) {
    return {
      verdict: "warning",
      finding: "open, but nobody was heard to speak",
      remedy: "Say something while it is checked. Else choose another one or turn it up.",
    };
  }
  return {
    verdict: "warning",
    finding: "open, but it gives silence",
    remedy: "It may be muted by a switch or in the system's settings, or be the wrong one.",
  };
}
