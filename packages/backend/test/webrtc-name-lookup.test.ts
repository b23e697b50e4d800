import dns from "node:dns";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { addressOf, familiesOf, type Family } from "../src/transport/webrtc/name-lookup.ts";

const table = new Map([
  ["4 both.example", "192.0.2.1"],
  ["6 both.example", "2001:db8::1"],
  ["4 old.example", "192.0.2.2"],
  ["6 new.example", "2001:db8::3"],
]);
let asked: string[];

beforeEach(() => {
  asked = [];
  const lookup = async (name: string, { family }: { family: Family }) => {
    asked.push(`${family} ${name}`);
    const address = table.get(`${family} ${name.replace(/^.*?-/, "")}`);
    if (address === undefined) throw new Error("ENOTFOUND");
    return { address, family };
  };
  vi.spyOn(dns.promises, "lookup").mockImplementation(lookup as typeof dns.promises.lookup);
});

afterEach(() => {
  vi.restoreAllMocks();
});

const all = new Set([4, 6] as const);
const four = new Set([4] as const);
const six = new Set([6] as const);

test("a server is asked over IPv4 where both ends have it, and nobody waits for IPv6 then", async () => {
  expect(await addressOf("a-both.example", all)).toBe("192.0.2.1");
  expect(await addressOf("b-both.example", four)).toBe("192.0.2.1");
  expect(asked).toEqual(["4 a-both.example", "4 b-both.example"]);
});

test("a server that has IPv6 alone, and a machine that has, are served", async () => {
  expect(await addressOf("c-new.example", all)).toBe("2001:db8::3");
  expect(await addressOf("d-both.example", six)).toBe("2001:db8::1");
  expect(await addressOf("2001:DB8:0::7", all)).toBe("2001:db8::7");
});

test("a server that this machine cannot reach is named so", async () => {
  await expect(addressOf("e-new.example", four)).rejects.toThrow("no IPv4 address");
  await expect(addressOf("f-old.example", six)).rejects.toThrow("no IPv6 address");
  await expect(addressOf("g-gone.example", all)).rejects.toThrow("no IPv4 or IPv6 address");
  await expect(addressOf("2001:db8::7", four)).rejects.toThrow("over IPv6, which this machine");
  await expect(addressOf("192.0.2.7", six)).rejects.toThrow("over IPv4, which this machine");
});

test("this machine is always reached, and so is everything when nothing is known", async () => {
  expect(await addressOf("::1", four)).toBe("::1");
  expect(await addressOf("127.0.0.1", six)).toBe("127.0.0.1");
  expect(await addressOf("h-new.example", new Set())).toBe("2001:db8::3");
});

test("a name is looked up once, also when it leads nowhere", async () => {
  for (let n = 0; n < 3; n += 1) {
    await addressOf("i-both.example", all);
    await addressOf("j-gone.example", four).catch(() => undefined);
  }
  expect(asked).toEqual(["4 i-both.example", "4 j-gone.example"]);
});

test("only addresses that lead out of a machine count as its kinds", () => {
  expect(familiesOf(["127.0.0.1", "::1", "fe80::1", "169.254.1.1"])).toEqual(new Set());
  expect(familiesOf(["10.0.0.1", "fe80::1"])).toEqual(four);
  expect(familiesOf(["192.0.2.1", "fd00::1"])).toEqual(all);
});
