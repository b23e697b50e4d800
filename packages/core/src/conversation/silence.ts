/** What happens when nobody says anything any more. Nothing, by default. */
export interface SilenceRules {
  /** The agent speaks up after both sides have been silent for so long. Absent: never. */
  readonly promptAfterMs?: number | undefined;
  /** How often it does so in a row, before the caller says or types something. Default 1. */
  readonly prompts?: number | undefined;
  /**
   * The call ends when so long has passed since somebody last had something to say, prompts not
   * counted. After a prompt the caller has at least `promptAfterMs` to answer. Absent: never.
   */
  readonly hangUpAfterMs?: number | undefined;
}

/** Where the silence of a call stands. Times are of one steady clock, in milliseconds. */
export interface Silence {
  /** Who keeps it from being silent; undefined: nobody. `prompt`: the agent speaks up by our rules. */
  readonly busy: "talk" | "prompt" | undefined;
  /** Both sides are silent since then. */
  readonly quietSince: number;
  /** The last thing that was not a prompt ended then. */
  readonly idleSince: number;
  /** Prompts since that thing. */
  readonly prompts: number;
  readonly over: boolean;
}

export type SilenceEvent =
  /** Somebody speaks, thinks or is waited for; or the caller cannot be reached. */
  | { readonly type: "talk" }
  /** Nobody does any more. */
  | { readonly type: "quiet" }
  /** The caller shows that he is there without speaking: he types. */
  | { readonly type: "activity" }
  /** Time has passed. */
  | { readonly type: "time" };

export type SilenceAction = "prompt" | "hang-up";

/** A call begins busy: with connecting, and with its greeting. */
export function silenceAt(now: number): Silence {
  return { busy: "talk", quietSince: now, idleSince: now, prompts: 0, over: false };
}

/**
 * One step. After the action `prompt` the prompt is what happens until `quiet`, even if nothing comes
 * of it; after `hang-up` there are no more actions.
 */
export function nextSilence(
  silence: Silence,
  event: SilenceEvent,
  now: number,
  rules: SilenceRules,
): { readonly silence: Silence; readonly action?: SilenceAction } {
  switch (event.type) {
    case "talk":
      return { silence: { ...silence, busy: "talk", prompts: 0 } };
    case "activity": {
      const busy = silence.busy && "talk";
      return { silence: { ...silence, busy, prompts: 0, quietSince: now, idleSince: now } };
    }
    case "quiet":
      if (!silence.busy) return { silence };
      return {
        silence: {
          ...silence,
          busy: undefined,
          quietSince: now,
          idleSince: silence.busy === "prompt" ? silence.idleSince : now,
        },
      };
    case "time": {
      const due = nextDue(silence, rules);
      if (!due || now < due.at) return { silence };
      if (due.action === "hang-up")
        return { silence: { ...silence, over: true }, action: "hang-up" };
      const prompts = silence.prompts + 1;
      return { silence: { ...silence, busy: "prompt", prompts }, action: "prompt" };
    }
  }
}

/** What happens next if nothing else does, and when; undefined: nothing. */
export function nextDue(
  { busy, over, quietSince, idleSince, prompts }: Silence,
  { promptAfterMs, prompts: most = 1, hangUpAfterMs }: SilenceRules,
): { readonly at: number; readonly action: SilenceAction } | undefined {
  if (busy || over) return undefined;
  const promptAt =
    promptAfterMs !== undefined && prompts < most ? quietSince + promptAfterMs : undefined;
  const answerBy = prompts > 0 ? quietSince + (promptAfterMs ?? 0) : quietSince;
  const hangUpAt =
    hangUpAfterMs === undefined ? undefined : Math.max(idleSince + hangUpAfterMs, answerBy);
  if (promptAt !== undefined && (hangUpAt === undefined || promptAt < hangUpAt))
    return { at: promptAt, action: "prompt" };
  return hangUpAt === undefined ? undefined : { at: hangUpAt, action: "hang-up" };
}
