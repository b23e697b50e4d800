/** Where the agent's voice stands, in milliseconds. */
export interface Playhead {
  /** When the last sound ends, on the clock of the speaker. */
  readonly endsAt: number;
  /** The same moment in the time of the call, which the server counts. */
  readonly callTime: number;
  /** How long the first sound after a pause waits, so that the ones behind it come in time. */
  readonly targetMs: number;
}

export interface Cued {
  readonly head: Playhead;
  /** When to play on the clock of the speaker; undefined: not at all, it is too late. */
  readonly startsAt: number | undefined;
}

const leastTargetMs = 80;
const mostTargetMs = 150;
const moreAfterGapMs = 20;
const lessAfterPauseMs = 5;
/** The browser cannot begin sooner than this. */
const leadMs = 5;
/** Longer than this without sound is a pause of the agent, in which the buffer is set anew. */
const pauseMs = 100;
/** Less is rounding. */
const roundingMs = 10;
/** Nothing is kept longer than this. */
const mostBehindMs = 1000;

/**
 * When a piece of the agent's voice is to be played. Pieces of one run join without a gap; one that
 * came too late makes the buffer a little longer, each pause in speech a little shorter again.
 *
 * @param head undefined before the first piece and after a flush
 */
export function cue(
  head: Playhead | undefined,
  piece: { readonly callTime: number; readonly lengthMs: number },
  now: number,
): Cued {
  const { startsAt, targetMs } = schedule(head, piece.callTime, now);
  const callTime = piece.callTime + piece.lengthMs;
  if (startsAt - now > mostBehindMs) {
    const endsAt = head?.endsAt ?? now;
    return { head: { endsAt, callTime, targetMs }, startsAt: undefined };
  }
  return { head: { endsAt: startsAt + piece.lengthMs, callTime, targetMs }, startsAt };
}

function schedule(head: Playhead | undefined, callTime: number, now: number) {
  if (!head) return { startsAt: now + leastTargetMs, targetMs: leastTargetMs };
  const { endsAt } = head;
  const silentMs = callTime - head.callTime;
  if (Math.abs(silentMs) > pauseMs) {
    const targetMs = Math.max(leastTargetMs, head.targetMs - lessAfterPauseMs);
    return { startsAt: Math.max(endsAt, now + targetMs), targetMs };
  }
  const startsAt = silentMs > roundingMs ? endsAt + silentMs : endsAt;
  if (startsAt >= now + leadMs) return { startsAt, targetMs: head.targetMs };
  const targetMs = Math.min(mostTargetMs, head.targetMs + moreAfterGapMs);
  return { startsAt: now + targetMs, targetMs };
}
