/** Milliseconds for people: below ten with a decimal. */
export function shownMs(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}
