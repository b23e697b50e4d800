/** Milliseconds since 1970, never going back: the one scale on which every thread states deadlines. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
