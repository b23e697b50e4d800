/** Why a reply ends before its time. Reasons of abort signals, not errors. */

/** The caller took the floor: what he heard of the reply stands. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** The reply had cut the caller off, and nothing of it stands. */
export class Withdrawn extends Error {
  override readonly name = "Withdrawn";
}
