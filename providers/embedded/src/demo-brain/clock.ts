import {
  dayText,
  daysBetween,
  fullDate,
  plusDays,
  timeOfDay,
  today,
  zoneName,
} from "./calendar.ts";
import { timeZonesOfPlaces } from "./cities.ts";
import { readNumber } from "./number-words.ts";
import { pick, whenMatch, type Rule } from "./rules.ts";
import type { Scene } from "./scene.ts";

const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** Days that people count down to: month from 1, day. */
const feasts: Readonly<Record<string, readonly [number, number]>> = {
  christmas: [12, 25],
  "christmas eve": [12, 24],
  "new year": [1, 1],
  "new years": [1, 1],
  halloween: [10, 31],
  "valentine's day": [2, 14],
  "valentines day": [2, 14],
};

const time: Rule = whenMatch(
  /\b(?:what time|the time(?! zone)|time is it|current time|have the time|got the time|how late is it|what is time)\b/,
  (scene) => {
    const now = timeOfDay(scene.clock.now, scene.clock.timeZone);
    return pick(scene, [`It is ${now}.`, `It is now ${now}.`, `The clock says ${now}.`]);
  },
);

const timeElsewhere: Rule = whenMatch(
  /\btime\b.{0,40}\b(?:in|at) (?:the )?([\p{L} ]{2,30})$/u,
  ({ clock }, [, place = ""]) => {
    const known = place.replace(/ (?:now|right now|today|time|city)$/, "");
    const timeZone = lookUp(timeZonesOfPlaces, known);
    const spoken = known.replace(/\b\p{L}/gu, (letter) => letter.toUpperCase());
    if (/^(?:here|my|this|your|our)\b/.test(known)) return undefined;
    if (timeZone === undefined) return `I do not know the time zone of ${spoken}.`;
    return `In ${known === "utc" ? "UTC" : spoken} it is ${timeOfDay(clock.now, timeZone)}.`;
  },
);

const timeLater: Rule = whenMatch(
  /\btime\b.{0,20}\bin (.{1,30}) (minute|hour)s?$/,
  ({ clock }, [, amount = "", unit]) => {
    const count = numberIn(amount);
    if (count === undefined || count > 1000) return undefined;
    const later = new Date(clock.now.getTime() + count * (unit === "hour" ? 3600e3 : 60e3));
    return `Then it will be ${timeOfDay(later, clock.timeZone)}.`;
  },
);

const zone: Rule = whenMatch(/\btime ?zone\b/, ({ clock }) => {
  return `This server runs on ${zoneName(clock)}.`;
});

const relativeDays: readonly (readonly [RegExp, number, string])[] = [
  [/\bday after tomorrow\b/, 2, "The day after tomorrow is"],
  [/\bday before yesterday\b/, -2, "The day before yesterday was"],
  [/\btomorrow\b/, 1, "Tomorrow is"],
  [/\byesterday\b/, -1, "Yesterday was"],
  [
    /\btoday\b|\bis it\b|\bdo we have\b|^(?:what )?(?:day|date)$|\bthe date\b|\b(?:current|day's) date\b/,
    0,
    "Today is",
  ],
];

const date: Rule = ({ plain, clock }) => {
  if (!/\b(?:day|date|weekday|today|tomorrow|yesterday)\b/.test(plain)) return undefined;
  if (
    !/^(?:what|which|and|is|the|today|todays|tomorrow|yesterday|day|date|current|how about)\b/.test(
      plain,
    )
  )
    return undefined;
  if (/\b(?:weather|should|do you|will|can|going|did i)\b/.test(plain)) return undefined;
  for (const [pattern, days, opening] of relativeDays) {
    if (pattern.test(plain)) return `${opening} ${fullDate(plusDays(today(clock), days))}.`;
  }
  return undefined;
};

const daysAway: Rule = whenMatch(
  /\b(?:day|date)\b.{0,20}\b(?:in (.{1,30}) (day|week)s?|(\S.{0,30}) (day|week)s? ago)$/,
  ({ clock }, [, ahead, aheadUnit, back, backUnit]) => {
    const count = numberIn(ahead ?? back?.replace(/^.*\b(?:was|is) (?:it )?/, "") ?? "");
    if (count === undefined || count > 10_000) return undefined;
    const days = count * ((aheadUnit ?? backUnit) === "week" ? 7 : 1);
    const day = plusDays(today(clock), ahead === undefined ? -days : days);
    return ahead === undefined ? `That was ${fullDate(day)}.` : `That will be ${fullDate(day)}.`;
  },
);

const nextWeekday: Rule = whenMatch(
  /\b(?:date|day)\b.{0,20}\b(?:is )?(?:next |this |on )?(sunday|monday|tuesday|wednesday|thursday|friday|saturday)\b|\bwhen is (?:next )?(sunday|monday|tuesday|wednesday|thursday|friday|saturday)\b/,
  ({ clock }, [, first, second]) => {
    const wanted = weekdays.indexOf(first ?? second ?? "");
    const from = today(clock);
    const days = (wanted - from.getUTCDay() + 7) % 7 || 7;
    return `The next one is ${fullDate(plusDays(from, days))}.`;
  },
);

const countdown: Rule = whenMatch(
  /\b(?:how (?:many days|long)|when is|days (?:until|to|till))\b.{0,30}?\b(christmas eve|christmas|new years?|halloween|valentine'?s day)\b/,
  ({ clock }, [, feast = ""]) => {
    const found = lookUp(feasts, feast);
    if (!found) return undefined;
    const [month, dayOfMonth] = found;
    const from = today(clock);
    const inYear = (year: number): Date => new Date(Date.UTC(year, month - 1, dayOfMonth));
    const thisYear = inYear(from.getUTCFullYear());
    const next = thisYear >= from ? thisYear : inYear(from.getUTCFullYear() + 1);
    const days = daysBetween(from, next);
    if (days === 0) return "That is today!";
    const weekday = dayText(next, { weekday: "long" });
    return `${days === 1 ? "Only one more day" : `${days} more days`}. It falls on a ${weekday}.`;
  },
);

const yearAndMonth: readonly Rule[] = [
  whenMatch(/\b(?:what|which) year\b|\bwhat is the year\b/, ({ clock }) => {
    return `It is ${dayText(today(clock), { year: "numeric" })}.`;
  }),
  whenMatch(/\b(?:what|which) month\b/, ({ clock }) => {
    return `It is ${dayText(today(clock), { month: "long", year: "numeric" })}.`;
  }),
  whenMatch(/\bleap year\b/, ({ clock }) => {
    const year = today(clock).getUTCFullYear();
    const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    return isLeap ? `Yes, ${year} is a leap year.` : `No, ${year} is not a leap year.`;
  }),
];

/** Special cases first: "what time is it in Tokyo" also asks "what time is it". */
export const clockRules: readonly Rule[] = [
  zone,
  timeLater,
  timeElsewhere,
  ...yearAndMonth,
  countdown,
  daysAway,
  nextWeekday,
  time,
  date,
];

export function timeNow({ clock }: Pick<Scene, "clock">): string {
  return timeOfDay(clock.now, clock.timeZone);
}

function numberIn(words: string): number | undefined {
  return readNumber(words.trim().split(" "), 0)?.value;
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
