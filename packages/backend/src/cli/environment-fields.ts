import { iceServer } from "@metered/llmrtc-core";
import * as z from "zod";

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
  .transform((value) => value.replace(/\.metered\.live$/i, ""))
  .pipe(label);

export const iceServers = z
  .string()
  .transform(json)
  .pipe(z.array(iceServer, 'must be a JSON array such as [{"urls":"stun:stun.example.com:3478"}]'))
  .refine(
    (servers) => servers.every(({ urls }) => [urls].flat().every(isIceUrl)),
    "holds an address that does not start with stun:, turn: or turns:",
  )
  .refine(
    (servers) => servers.every((server) => !needsLogin(server) || hasLogin(server)),
    "holds a TURN server without username and credential",
  );

type IceServer = z.infer<typeof iceServer>;

function isIceUrl(url: string): boolean {
  return /^(?:stun|turn)s?:[^\s]+$/i.test(url);
}

function needsLogin({ urls }: IceServer): boolean {
  return [urls].flat().some((url) => /^turns?:/i.test(url));
}

function hasLogin({ username, credential }: IceServer): boolean {
  return Boolean(username) && Boolean(credential);
}

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

export const logLevel = z.enum(["debug", "info", "warn", "error", "silent"]);
