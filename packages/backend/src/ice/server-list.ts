import type { IceServer } from "@metered/llmrtc-core";
import { iceUrlFault, isTurn } from "./ice-url.ts";

/** What was read; or what is wrong with it, to follow its name. Faults never quote a value. */
type Read<T> = { readonly value: T } | { readonly fault: string };

/** Chromium's: with what TURN adds to it, it must fit an attribute. */
const longestUsernameBytes = 509;

/** Servers that browsers take, each without what else stood in its entry. */
export function readServers(given: unknown): Read<readonly IceServer[]> {
  if (!Array.isArray(given)) {
    return { fault: ' must be a list such as [{"urls":"stun:stun.example.com:3478"}]' };
  }
  const value: IceServer[] = [];
  for (const [at, entry] of given.entries()) {
    const server = readServer(entry);
    if ("fault" in server) return { fault: `[${at}]${server.fault}` };
    value.push(server.value);
  }
  return { value };
}

/** What is wrong with a list of ICE servers: `[1].urls …`. Undefined when nothing is. */
export function faultIn(given: unknown): string | undefined {
  const read = readServers(given);
  return "fault" in read ? read.fault : undefined;
}

/** What browsers take of a list, however little: they would refuse the whole of it for one address. */
export function usableServers(given: readonly unknown[]): readonly IceServer[] {
  return given.flatMap((entry) => {
    const server = readServer(entry);
    if ("value" in server) return [server.value];
    if (!isRecord(entry) || !Array.isArray(entry["urls"])) return [];
    const urls = entry["urls"].filter((url) => "value" in readServer({ ...entry, urls: [url] }));
    const rest = readServer({ ...entry, urls });
    return "value" in rest ? [rest.value] : [];
  });
}

export function hasTurn(iceServers: readonly IceServer[]): boolean {
  return iceServers.some(({ urls }) => [urls].flat().some(isTurn));
}

/** The same servers, in the same order, with the same credentials. */
export function isSameList(one: readonly IceServer[], other: readonly IceServer[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function readServer(given: unknown): Read<IceServer> {
  if (!isRecord(given)) {
    return { fault: ' must be an object such as {"urls":"stun:stun.example.com:3478"}' };
  }
  const { urls: addresses, username, credential } = given;
  const urls = readUrls(addresses);
  if ("fault" in urls) return { fault: `.urls ${urls.fault}` };
  if (!isOptionalText(username)) return { fault: ".username must be text" };
  if (!isOptionalText(credential)) return { fault: ".credential must be text" };
  if (hasTurn([{ urls: urls.value }])) {
    if (!username || !credential) {
      return { fault: " is a TURN server without username and credential" };
    }
    if (Buffer.byteLength(username) > longestUsernameBytes) {
      return { fault: `.username has more than ${longestUsernameBytes} bytes` };
    }
  }
  return {
    value: {
      urls: urls.value,
      ...(username !== undefined && { username }),
      ...(credential !== undefined && { credential }),
    },
  };
}

function readUrls(given: unknown): Read<string | string[]> {
  if (given === undefined) return { fault: "is missing" };
  const urls: unknown[] = [given].flat();
  if (urls.length === 0) return { fault: "is empty" };
  if (!urls.every(isText)) return { fault: "must be text, or a list of texts" };
  const [fault] = urls.flatMap((url) => iceUrlFault(url) ?? []);
  if (fault !== undefined) return { fault: `holds an address ${fault}` };
  return { value: isText(given) ? given : urls };
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}

function isText(given: unknown): given is string {
  return typeof given === "string";
}

function isOptionalText(given: unknown): given is string | undefined {
  return given === undefined || isText(given);
}
