import type { WallClock } from "./scene.ts";

/** A day without a time: its midnight in UTC, so that adding days never meets a clock change. */
export type Day = Date;

const dayMs = 86_400_000;

/** The day that it is where the clock hangs. */
export function today({ now, timeZone }: WallClock): Day {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
  }).formatToParts(now);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return new Date(Date.UTC(part("year"), part("month") - 1, part("day")));
}

export function plusDays(day: Day, days: number): Day {
  return new Date(day.getTime() + days * dayMs);
}

export function daysBetween(from: Day, to: Day): number {
  return Math.round((to.getTime() - from.getTime()) / dayMs);
}

/** `Monday`, `November 23, 2026`, … in English. */
export function dayText(day: Day, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }).format(day);
}

/** `Monday, November 23, 2026` */
export function fullDate(day: Day): string {
  return dayText(day, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
}

/** `4:32 PM` */
export function timeOfDay(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("en-US", { timeZone, hour: "numeric", minute: "2-digit" })
    .format(now)
    .replace(/\u202f/g, " ");
}

/** `Central European Standard Time` */
export function zoneName({ now, timeZone }: WallClock): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "long" }).formatToParts(
    now,
  );
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}
