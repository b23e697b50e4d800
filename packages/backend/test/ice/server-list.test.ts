import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { iceUrlFault } from "../../src/ice/ice-url.ts";
import { faultIn, readServers, usableServers } from "../../src/ice/server-list.ts";
import { likely, refusedByChromium, refusedByUsAlone, right } from "./addresses.ts";

describe("the address of an ICE server", () => {
  test.each(right)("%j is one", (url) => {
    expect(iceUrlFault(url)).toBeUndefined();
  });

  test.each([...refusedByChromium, ...refusedByUsAlone])("%j is none", (url) => {
    expect(iceUrlFault(url)).toBeTypeOf("string");
  });

  test.each([
    ["ftp:a", "no stun:, turn: or turns: URL"],
    ["stun://a", "with // after its scheme"],
    ["turn:name:secret@a", "with a login in it"],
    ["stun:a\\b", "whose host is no name"],
    ["turn:2001:db8::1", "IPv6 stands in brackets"],
    ["stun:a:65536", "port is not from 1 to 65535"],
    ["stun:a?transport=udp", "only turn: and turns: may have"],
    ["turn:a?transport=tls", "not ?transport=udp or ?transport=tcp"],
  ])("%j is told why not", (url, words) => {
    expect(iceUrlFault(url)).toContain(words);
  });
});

describe("a list of ICE servers", () => {
  const login = { username: "u", credential: "c" };

  test.each<[unknown, string]>([
    [null, " must be a list such as"],
    [{ urls: "stun:a" }, " must be a list such as"],
    [["stun:a"], "[0] must be an object such as"],
    [[null], "[0] must be an object such as"],
    [[[]], "[0] must be an object such as"],
    [[{ url: "stun:a" }], "[0].urls is missing"],
    [[{ urls: [] }], "[0].urls is empty"],
    [[{ urls: 5 }], "[0].urls must be text, or a list of texts"],
    [[{ urls: ["stun:a", null] }], "[0].urls must be text, or a list of texts"],
    [[{ urls: "stun:a" }, { urls: "stun:a:0" }], "[1].urls holds an address whose port"],
    [[{ urls: "turn:a", username: 5, credential: "c" }], "[0].username must be text"],
    [[{ urls: "turn:a", username: "u", credential: {} }], "[0].credential must be text"],
    [[{ urls: ["stun:a", "turn:a"] }], "[0] is a TURN server without username and credential"],
    [[{ urls: "turn:a", ...login, credential: "" }], "[0] is a TURN server without username"],
    [[{ urls: "turn:a", ...login, username: "u".repeat(510) }], "[0].username has more than 509"],
    [[{ urls: "turn:a", ...login, username: "ü".repeat(255) }], "[0].username has more than 509"],
  ])("%j is told what is wrong", (list, fault) => {
    expect(faultIn(list)?.slice(0, fault.length)).toBe(fault);
  });

  test("is read without what else stands in it", () => {
    const list = [{ urls: ["turn:a"], ...login, credentialType: "password", note: "mine" }];
    expect(readServers(list)).toEqual({ value: [{ urls: ["turn:a"], ...login }] });
  });

  test("whatever it holds, reading it throws nothing and quotes nothing", () => {
    const secretly = fc.constantFrom("turn:xyzzy@a", "xyzzy", "stun:xyzzy:0", 5, null, undefined);
    const entry = fc.oneof(
      secretly,
      fc.record(
        { urls: fc.oneof(secretly, fc.array(secretly)), username: secretly, credential: secretly },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(entry)), (list) => {
        expect(faultIn(list) ?? "").not.toContain("xyzzy");
      }),
    );
  });
});

describe("the usable part of a list", () => {
  const login = { username: "u", credential: "c" };

  test("lacks the addresses that browsers refuse, and entries that are nothing without them", () => {
    const list = [
      { urls: "stun:a" },
      { urls: ["turn:a", "turn:a:0", "turns:a?transport=tcp"], ...login },
      { urls: ["stun:b", "turn:b"] },
      { urls: "stun://c" },
      "stun:d",
    ];
    expect(usableServers(list)).toEqual([
      { urls: "stun:a" },
      { urls: ["turn:a", "turns:a?transport=tcp"], ...login },
      { urls: ["stun:b"] },
    ]);
  });

  test("has no fault, and is the whole list where that has none", () => {
    const entry = fc.record({ urls: fc.oneof(likely, fc.array(likely, { maxLength: 3 })) });
    fc.assert(
      fc.property(fc.array(entry.map((server) => ({ ...server, ...login }))), (list) => {
        const usable = usableServers(list);
        expect(faultIn(usable)).toBeUndefined();
        if (faultIn(list) === undefined) expect(usable).toEqual(list);
      }),
    );
  });
});
