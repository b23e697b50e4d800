import { type Clock, systemClock } from "@metered/llmrtc-core";

/** Time as credentials have it: `now` is ms since 1970. */
export const wallClock: Clock = { ...systemClock, now: Date.now };
