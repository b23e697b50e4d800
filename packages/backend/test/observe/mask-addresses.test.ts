import fc from "fast-check";
import { isIP } from "node:net";
import { describe, expect, test } from "vitest";
import { knownAddresses, maskAddresses } from "../../src/observe/mask-addresses.ts";

const local = /^(127\.|0\.0\.0\.0$)/;
const ipv4 = fc.ipV4().filter((address) => !local.test(address));
/** `::1`, `::` and what is written like them with a port behind are nobody's. */
const nobodys = /^(0{0,4}:){2,6}:?(0{0,3}[01]?:)?[\da-f]{0,4}$/i;
const ipv6 = fc
  .ipV6()
  .filter((address) => isIP(address) === 6 && !nobodys.test(address) && !address.includes("."));
const mapped = ipv4.map((address) => `::ffff:${address}`);
const address = fc.oneof(ipv4, ipv6, mapped);

const port = fc.integer({ min: 1, max: 65_535 });
/** As programs write them: alone, with a port, in a URL, in a candidate, at the end of a sentence. */
const written = fc.oneof(
  address,
  fc.tuple(address, port).map(([one, at]) => (one.endsWith("::") ? one : `${one}:${at}`)),
  fc.tuple(address, port).map(([one, at]) => `[${one}]:${at}`),
  address.map((one) => `fe80::1%eth0,${one}%12`),
  address.map((one) => `wss://${one.includes(":") ? `[${one}]` : one}/path`),
  ipv4.map((one) => `192.0.2.1:5 - Local (${one}:0)`),
);
const before = fc.constantFrom("", "connect ECONNREFUSED ", "from=", '{"ip":"', "at ", "Peer:\n");
const after = fc.constantFrom(
  "",
  ".",
  ", then",
  '"}',
  ")",
  ": refused",
  "\n    at Socket (net:1:2)",
);

/** All that can be read as an address in a text, wherever it is cut at a point or colon. */
function addressesIn(text: string): string[] {
  return text.split(/[^\da-fx:.]+/i).flatMap((run) => {
    const cuts = [...run.matchAll(/[:.]|$/g)].map(({ index }) => index);
    const starts = [0, ...cuts.map((cut) => cut + 1)];
    return starts.flatMap((start) =>
      cuts.map((end) => run.slice(start, end)).filter((part) => isIP(part) !== 0),
    );
  });
}

const pair = fc.integer({ min: 0, max: 255 }).map((byte) => byte.toString(16).padStart(2, "0"));
const number = (max: number) => fc.integer({ min: 0, max });
const time = fc.tuple(number(23), number(59), number(59)).map((parts) => {
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
});

describe("masking addresses in a text", () => {
  test("leaves no full address, however it is written and whatever is around it", () => {
    fc.assert(
      fc.property(before, written, after, (lead, text, rest) => {
        const masked = maskAddresses(lead + text + rest);
        expect(addressesIn(masked)).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(before, written, after, (lead, text, rest) => {
        const masked = maskAddresses(lead + text + rest);
        expect(maskAddresses(masked)).toBe(masked);
      }),
    );
  });

  test("tells networks apart, not people", () => {
    fc.assert(
      fc.property(number(255), number(255), number(0xffff), number(0xffff), (a, b, one, other) => {
        fc.pre(a !== 127 && a + b > 0);
        const person = (host: number) => `${a}.${b}.${host >> 8}.${host & 255}`;
        expect(maskAddresses(person(one))).toBe(`${a}.${b}.x.x`);
        expect(maskAddresses(person(one))).toBe(maskAddresses(person(other)));
      }),
    );
  });

  test.each([
    ["203.0.113.5", "203.0.x.x"],
    ["connect ECONNREFUSED 203.0.113.5:443", "connect ECONNREFUSED 203.0.x.x:443"],
    ["it was 203.0.113.5.", "it was 203.0.x.x."],
    ["2001:db8:1:2:3:4:5:6", "2001:db8::x"],
    ["connect EHOSTUNREACH 2001:db8:1:2:3:4:5:6:443", "connect EHOSTUNREACH 2001:db8::x:443"],
    ["2001:DB8::1: refused", "2001:db8::x: refused"],
    ["[2001:db8::1]:443", "[2001:db8::x]:443"],
    ["::ffff:203.0.113.5", "203.0.x.x"],
    ["::ffff:cb00:7105", "203.0.x.x"],
    ["2002:cb00:7105::1", "2002:cb00::x"],
    ["64:ff9b::203.0.113.5", "64:ff9b::x"],
    ["udp6:2001:db8::1", "udp6:2001:db8::x"],
    ["fe80::aede:48ff:fe00:1122%eth0", "fe80:0::x%eth0"],
    [
      "candidate:1 1 udp 2122260223 203.0.113.5 5000 typ srflx raddr 192.168.1.4 rport 9",
      "candidate:1 1 udp 2122260223 203.0.x.x 5000 typ srflx raddr 192.168.x.x rport 9",
    ],
  ])("%s becomes %s", (text, masked) => {
    expect(maskAddresses(text)).toBe(masked);
  });

  test.each([
    ["the version 1.2.3 of 2024.05.01"],
    ["2024-05-01T12:30:45.123Z took 1:02:03.5"],
    ["0b0e4c8a-7d1f-4a59-9a6e-1f2d3c4b5a69"],
    ["1.3.6.1.4.1.311 is an OID, 999.0.0.1 is nothing"],
    ["aa:bb:cc:dd:ee:ff"],
    ["std::cafe, a: b, {x:1}"],
    ["    at Socket.<anonymous> (node:internal/net:1234:56)"],
    ["listen EADDRINUSE: address already in use :::8787"],
    ["127.0.0.1:8787, 127.9.9.9, ::1, [::1]:80, ::1:8080, 0.0.0.0, ::"],
    ["turn:turn.example.com:3478?transport=tcp"],
  ])("leaves alone: %s", (text) => {
    expect(maskAddresses(text)).toBe(text);
  });

  test("leaves times, versions, session ids and fingerprints alone, whichever they are", () => {
    const version = fc.tuple(number(99), number(99), number(999)).map((parts) => parts.join("."));
    const fingerprint = fc
      .constantFrom(16, 20, 32, 64)
      .chain((bytes) => fc.array(pair, { minLength: bytes, maxLength: bytes }))
      .map((bytes) => bytes.join(":").toUpperCase());
    fc.assert(
      fc.property(fc.oneof(time, version, fc.uuid(), fingerprint), before, after, (text, a, b) => {
        expect(maskAddresses(a + text + b)).toBe(a + text + b);
      }),
      { numRuns: 1_000 },
    );
  });

  test("leaves known addresses alone, however they are spelt", () => {
    const known = knownAddresses(["198.51.100.7", "2001:db8::7", "turn.example.com"]);
    const text = "198.51.100.7:80, ::ffff:198.51.100.7, 2001:DB8:0:0::7, [2001:db8::7]:443";
    expect(maskAddresses(text, known)).toBe(text);
    expect(maskAddresses("198.51.100.8 2001:db8::8", known)).toBe("198.51.x.x 2001:db8::x");
  });

  test("takes no longer than the text is long", () => {
    const took = (text: string) => {
      const since = performance.now();
      maskAddresses(text);
      return performance.now() - since;
    };
    for (const part of ["1:", "1.", "ab:", ":", "a1.1:"]) {
      const short = took(part.repeat(10_000));
      expect(took(part.repeat(40_000))).toBeLessThan(8 * (short + 20));
    }
  });
});
