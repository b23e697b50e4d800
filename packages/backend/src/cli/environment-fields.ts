import { isIP } from "node:net";
import * as z from "zod";
import { iceUrlFault, isTurn } from "../ice/ice-url.ts";
import { meteredAppName } from "../ice/metered.ts";
import { readServers } from "../ice/server-list.ts";

/** Every message completes "NAME …" and never quotes the value: it may be a secret. */
const flags: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

export const text = z.string();

export const flag = z
  .string()
  .transform((value) => flags[value.toLowerCase()])
  .pipe(z.boolean("must be true or false"));

export const wholeNumber = (least: number, most: number) => {
  const message = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.number().min(least, message).max(most, message));
};

/** A key as it goes into an HTTP header. */
export const secret = z
  .string()
  .regex(/^[\x21-\x7e]+$/, "must be one word of plain characters; look for a stray space or quote");

export const webAddress = z
  .string()
  .refine(isWebAddress, "must be an address such as http://localhost:8080/v1");

/** A name that ends up in a URL or a host name. */
export const label = z.string().regex(/^[\w-]{1,63}$/, "must be one word of letters and digits");

/** A choice of provider: lower case, to be looked up by whoever chooses. */
export const providerName = z.string().toLowerCase();

export const host = z.string().regex(/^[\w.:[\]-]+$/, "must be a host name or an IP address");

/** `myapp`, also where somebody gives the whole host name `myapp.metered.live`. */
export const meteredApp = z
  .string()
  .transform((value) => meteredAppName(value))
  .pipe(label);

export const iceServers = z
  .string()
  .transform(json)
  .pipe(
    z.array(z.unknown(), 'must be a JSON array such as [{"urls":"stun:stun.example.com:3478"}]'),
  )
  .transform((servers, context) => {
    const read = readServers(servers);
    if ("value" in read) return read.value;
    context.addIssue({ code: "custom", message: `is wrong: ${read.fault.trim()}` });
    return z.NEVER;
  });

/** Words between commas. */
const list = z.string().transform((value) => value.split(",").map((word) => word.trim()));

export const turnUrls = list.superRefine((urls, context) => {
  const rule =
    "must be turn: or turns: addresses with commas between them, such as turn:turn.example.com:3478";
  const [fault] = urls.flatMap((url) => iceUrlFault(url) ?? []);
  if (fault !== undefined) {
    context.addIssue({ code: "custom", message: `${rule}, but holds one ${fault}` });
  } else if (!urls.some(isTurn)) context.addIssue({ code: "custom", message: rule });
});

export const origins = list.refine(
  (all) => all.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
  "must be origins such as https://app.example.com with commas between them",
);

export const addresses = list.refine(
  (all) => all.every((address) => isIP(address) !== 0),
  "must be IP addresses with commas between them",
);

export const words = list.refine(
  (all) => all.every((word) => word !== ""),
  "must be words with commas between them",
);

export const portRange = z
  .string()
  .transform((value) => /^(\d{1,5})-(\d{1,5})$/.exec(value)?.slice(1).map(Number) ?? [])
  .refine(
    ([first = 0, last = 0]) => first >= 1 && first < last && last <= 65_535,
    "must be like 49152-65535: the first and the last port, from 1 to 65535",
  )
  .transform(([first = 0, last = 0]) => [first, last] as const);

export const transportPolicy = z.enum(["all", "relay"], "must be all or relay");

function isWebAddress(value: string): boolean {
  return /^https?:\/\//i.test(value) && URL.canParse(value);
}

function json(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined; // Not JSON: the schema then says what is expected.
  }
}

export const logLevel = z.enum(
  ["debug", "info", "warn", "error", "silent"],
  "must be debug, info, warn, error or silent",
);

export const metricsAccess = z.enum(
  ["local", "everybody", "nobody"],
  "must be local, everybody or nobody",
);

export const metricsToken = secret.min(16, "must have at least 16 characters");
