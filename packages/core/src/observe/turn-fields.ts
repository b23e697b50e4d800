import type { TurnContext } from "./hooks.ts";

/** What a log line says of a turn. */
export function turnFields({
  turnId,
  sessionId,
}: TurnContext): Pick<TurnContext, "turnId" | "sessionId"> {
  return sessionId === undefined ? { turnId } : { turnId, sessionId };
}
