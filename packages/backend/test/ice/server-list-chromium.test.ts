import type { IceServer } from "@metered/llmrtc-core";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isTurn } from "../../src/ice/ice-url.ts";
import { faultIn } from "../../src/ice/server-list.ts";
import { likely, refusedByChromium, refusedByUsAlone, right } from "./addresses.ts";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openChromium();
  page = await browser.newPage();
});

afterAll(() => browser.close());

/** Those for which an `RTCPeerConnection` of Chromium cannot be made. */
async function refused(servers: readonly IceServer[]): Promise<readonly IceServer[]> {
  const found: IceServer[] = [];
  // Together first: a page may make 500 connections in all.
  for (let at = 0; at < servers.length; at += 200) {
    const some = servers.slice(at, at + 200);
    if (await isTaken(some)) continue;
    for (const one of some) if (!(await isTaken([one]))) found.push(one);
  }
  return found;
}

function isTaken(iceServers: readonly IceServer[]): Promise<boolean> {
  return page.evaluate((all) => {
    try {
      new RTCPeerConnection({ iceServers: all as RTCIceServer[] }).close();
      return true;
    } catch (error) {
      if ((error as Error).name === "UnknownError") throw error; // it is not about the list
      return false;
    }
  }, iceServers);
}

const server = (urls: string): IceServer =>
  isTurn(urls) ? { urls, username: "u", credential: "c" } : { urls };

test("Chromium takes the addresses that are right, and also some that we refuse", async () => {
  expect(await refused([...right, ...refusedByUsAlone].map(server))).toEqual([]);
});

test("Chromium refuses the addresses that are said to break its list", async () => {
  const broken = refusedByChromium.map(server);
  expect(await refused(broken)).toEqual(broken);
});

test("what passes our check, Chromium takes: addresses", async () => {
  const addresses = fc.sample(likely, 20_000).map(server);
  const passing = addresses.filter((one) => faultIn([one]) === undefined);
  expect(passing.length).toBeGreaterThan(500);
  expect(await refused(passing)).toEqual([]);
});

test("what passes our check, Chromium takes: logins", async () => {
  const name = fc.oneof(
    fc.string({ maxLength: 5, unit: "binary" }),
    fc.integer({ min: 505, max: 513 }).map((length) => "u".repeat(length)),
    fc.integer({ min: 252, max: 257 }).map((length) => "ü".repeat(length)),
  );
  const login = fc.record({ urls: fc.constant("turn:a"), username: name, credential: name });
  const passing = fc.sample(login, 500).filter((one) => faultIn([one]) === undefined);
  expect(passing.length).toBeGreaterThan(100);
  expect(await refused(passing)).toEqual([]);
  expect(faultIn([{ ...server("turn:a"), username: "u".repeat(509) }])).toBeUndefined();
});
