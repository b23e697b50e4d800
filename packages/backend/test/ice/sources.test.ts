import { createHmac } from "node:crypto";
import {
  cloudflareIceServers,
  type IceServerSource,
  meteredIceServers as metered,
  turnRestIceServers,
  twilioIceServers,
} from "@metered/llmrtc-backend";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseIceServers } from "../../src/ice/choose.ts";
import { meteredIceServers } from "../../src/ice/metered.ts";
import { faultIn } from "../../src/ice/server-list.ts";
import { answering, asked, json, silent } from "./vendor.ts";

const request = (sessionId?: string) => ({ sessionId, signal: new AbortController().signal });
const turn = [{ urls: "turn:relay.example:80", username: "u", credential: "c" }];
const account = { appName: "myapp", apiKey: "api-key", region: "us_east" };
const hour = 3_600_000;

describe("the choice", () => {
  test("configured servers win over Metered, Metered over the default", async () => {
    const both = chooseIceServers({ iceServers: turn, metered: account });
    expect((await both.mint(request())).iceServers).toEqual(turn);
    expect(chooseIceServers({ metered: account }).description).toBe("Metered (myapp, us_east)");
    const none = chooseIceServers({});
    expect((await none.mint(request())).iceServers).toEqual([{ urls: "stun:stun.metered.ca:80" }]);
    expect(none.warning).toMatch(/METERED_APP_NAME/);
  });

  test("an empty list means host candidates only, not the default", async () => {
    const source = chooseIceServers({ iceServers: [], metered: account });
    expect((await source.mint(request())).iceServers).toEqual([]);
    expect(source.warning).toBeUndefined();
  });

  test("a source and a function are taken as they are", async () => {
    const source = turnRestIceServers({ urls: ["turn:a"], secret: "s" });
    expect(chooseIceServers({ iceServers: source })).toBe(source);
    const listed = chooseIceServers({ iceServers: async () => turn });
    expect((await listed.mint(request())).iceServers).toEqual(turn);
    const leased = chooseIceServers({
      iceServers: async ({ sessionId }) => ({
        iceServers: [{ urls: "turn:a", username: sessionId, credential: "c" }],
        expiresAt: 5,
      }),
    });
    expect(await leased.mint(request("s1"))).toMatchObject({
      iceServers: [{ username: "s1" }],
      expiresAt: 5,
    });
  });

  test.each([
    ["nothing", undefined],
    ["a word", "turn:a"],
    ["a TURN server without login", [{ urls: "turn:a" }]],
    ["another kind of address", [{ urls: "https://a" }]],
  ])("a function that gives %s is refused", async (_, given) => {
    const source = chooseIceServers({ iceServers: async () => given as never });
    await expect(source.mint(request())).rejects.toThrow(/^it gave/);
  });

  test.each([
    [{ iceServers: [{ urls: "http://a" }] }, /^iceServers\[0\]\.urls holds an address/],
    [{ iceServers: [turn[0], { urls: "turn:a" }] }, /^iceServers\[1\] is a TURN server without/],
    [{ metered: { appName: "a.b/c", apiKey: "k" } }, /^metered\.appName/],
    [{ metered: { appName: "a", apiKey: "" } }, /^metered\.apiKey is missing/],
    [{ iceTransportPolicy: "relay" }, /no TURN server is configured/],
    [{ iceTransportPolicy: "relay", iceServers: [{ urls: "stun:a" }] }, /no TURN server/],
  ])("%j is refused with one line", (options, line) => {
    const choose = () => chooseIceServers(options as never);
    expect(choose).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(choose).toThrow(line);
  });

  test("only relays are possible where there may be one", () => {
    const policy = { iceTransportPolicy: "relay" } as const;
    expect(() => chooseIceServers({ ...policy, iceServers: turn })).not.toThrow();
    expect(() => chooseIceServers({ ...policy, metered: account })).not.toThrow();
    expect(() => chooseIceServers({ ...policy, iceServers: async () => turn })).not.toThrow();
  });
});

test("whatever a list holds, looking for its fault never throws", () => {
  const server = fc.record({ urls: fc.oneof(fc.string(), fc.array(fc.string())) });
  fc.assert(
    fc.property(fc.array(server), (servers) => {
      faultIn(servers);
    }),
  );
});

describe("Metered", () => {
  test("lists the account's servers; the key goes nowhere else", async () => {
    const fetch = answering(json(turn));
    const lease = await meteredIceServers(account, { fetch }).mint(request("s1"));
    expect(lease.iceServers).toEqual(turn);
    expect(lease.expiresAt).toBeUndefined();
    expect(asked(fetch)).toMatchObject([
      {
        method: "GET",
        url: "https://myapp.metered.live/api/v1/turn/credentials?apiKey=api-key&region=us_east",
      },
    ]);
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ redirect: "error" });
  });

  test("with a secret key makes a credential per call, labelled with its session", async () => {
    const listed = [{ urls: "stun:relay.example:80" }, ...turn];
    const fetch = answering(
      json(listed),
      json({ username: "u1", password: "p1", expiryInSeconds: 3600, apiKey: "k1" }),
      json({ username: "u2", password: "p2" }),
    );
    const source = meteredIceServers({ ...account, secretKey: "sk" }, { fetch, now: () => 1000 });
    const first = await source.mint(request("s1"));
    expect(first).toEqual({
      iceServers: [listed[0], { ...turn[0], username: "u1", credential: "p1" }],
      expiresAt: 1000 + hour,
    });
    const second = await source.mint(request("s2"));
    expect(second.iceServers[1]).toMatchObject({ username: "u2", credential: "p2" });
    expect(
      asked(fetch).map(({ method, url, body }) => [method, url.split("turn/")[1], body]),
    ).toEqual([
      ["GET", "credentials?apiKey=api-key&region=us_east", undefined],
      ["POST", "credential?secretKey=sk", '{"expiryInSeconds":3600,"label":"s1"}'],
      ["POST", "credential?secretKey=sk", '{"expiryInSeconds":3600,"label":"s2"}'],
    ]);
  });

  test("that refuses credentials per call gives the shared one, and is not asked again at once", async () => {
    let now = 0;
    const fetch = answering(json(turn), json({ message: "Invalid secret key" }, 401), json(turn));
    const source = meteredIceServers({ ...account, secretKey: "sk" }, { fetch, now: () => now });
    expect((await source.mint(request("s1"))).iceServers).toEqual(turn);
    expect((await source.mint(request("s2"))).iceServers).toEqual(turn);
    expect(fetch).toHaveBeenCalledTimes(2);
    now = 11 * 60_000;
    await source.mint(request("s3"));
    expect(asked(fetch).map(({ method }) => method)).toEqual(["GET", "POST", "GET", "POST"]);
  });

  test.each([
    ["refuses", json({ error: "no such key" }, 401), /status 401: check METERED_APP_NAME and/],
    ["breaks", json({}, 503), "Metered answered with status 503"],
    ["answers something else", json({ iceServers: "soon" }), "something unexpected"],
    ["lists nothing", json([]), "Metered listed no usable server"],
    ["lists no ICE server", json([{ urls: "https://a" }]), "Metered listed no usable server"],
    ["answers no JSON", () => new Response("<html>"), "something unexpected"],
    [
      "cannot be found",
      () => Promise.reject(new TypeError("x api-key", { cause: coded("ENOTFOUND") })),
      "Metered could not be reached (ENOTFOUND)",
    ],
  ])("that %s is an error without its key", async (_, answer, message) => {
    const failing = meteredIceServers(account, { fetch: answering(answer) }).mint(request());
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.not.toThrow("api-key");
  });
});

test("what browsers would choke on is left out of a service's list, with a warning", async () => {
  const fetch = answering(json([{ urls: "stun:a?transport=udp" }, ...turn]));
  const lease = await meteredIceServers(account, { fetch }).mint(request());
  expect(lease.iceServers).toEqual(turn);
  expect(lease.warning).toMatch(/^left out what browsers do not take: iceServers\[0\]\.urls/);
});

const coded = (code: string) => Object.assign(new Error(`getaddrinfo api-key`), { code });

describe("a shared secret", () => {
  test("makes credentials as coturn checks them", async () => {
    const urls = ["stun:t.example", "turn:t.example", "turns:t.example:443?transport=tcp"];
    const source = turnRestIceServers({ urls, secret: "north", ttlSeconds: 600 }, () => 1_000_500);
    const lease = await source.mint(request("s1"));
    const credential = createHmac("sha1", "north").update("1600:s1").digest("base64");
    expect(lease).toEqual({
      iceServers: [
        { urls: ["stun:t.example"] },
        { urls: urls.slice(1), username: "1600:s1", credential },
      ],
      expiresAt: 1_600_000,
    });
  });

  test.each([[["turn:"]], [["stun:a"]], [[]]])("with the addresses %j is refused", (urls) => {
    expect(() => turnRestIceServers({ urls, secret: "s" })).toThrow(/^TURN URLs: /);
  });

  test.each(["", "  "])("of nothing (%j) is refused", (secret) => {
    const make = () => turnRestIceServers({ urls: ["turn:a"], secret });
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(make).toThrow(/^TURN secret: it is empty/);
  });
});

describe("Cloudflare", () => {
  const cloudflare = (answer: unknown, status = 201) => {
    const fetch = answering(json(answer, status));
    const source = cloudflareIceServers({
      keyId: "id/1",
      apiToken: "token",
      ttlSeconds: 60,
      fetch,
    });
    return { fetch, source };
  };
  const login = { username: "u", credential: "c" };

  test("gives a list for each call, without the port that browsers block", async () => {
    const { fetch, source } = cloudflare({
      iceServers: [
        { urls: ["stun:stun.cloudflare.com:3478", "stun:stun.cloudflare.com:53"] },
        { urls: ["turn:a:3478?transport=udp", "turn:a:53?transport=udp"], ...login },
      ],
    });
    const before = Date.now();
    const lease = await source.mint(request("s1"));
    expect(lease.iceServers).toEqual([
      { urls: ["stun:stun.cloudflare.com:3478"] },
      { urls: ["turn:a:3478?transport=udp"], ...login },
    ]);
    expect(lease.expiresAt).toBeGreaterThanOrEqual(before + 60_000);
    expect(asked(fetch)).toMatchObject([
      {
        method: "POST",
        url: "https://rtc.live.cloudflare.com/v1/turn/keys/id%2F1/credentials/generate-ice-servers",
        body: '{"ttl":60}',
        headers: { authorization: "Bearer token" },
      },
    ]);
  });

  test("may still give a single server, as it once did", async () => {
    const { source } = cloudflare({ iceServers: { urls: ["turn:a:3478"], ...login } });
    expect((await source.mint(request())).iceServers).toEqual([
      { urls: ["turn:a:3478"], ...login },
    ]);
  });

  test("that lists nothing usable, or refuses, is an error without its token", async () => {
    const { source } = cloudflare({ iceServers: [{ urls: "stun:a:53" }] });
    await expect(source.mint(request())).rejects.toThrow("no usable server");
    const refusing = cloudflare({}, 403).source.mint(request());
    await expect(refusing).rejects.toThrow(/403: check CLOUDFLARE_TURN_KEY_ID/);
    await expect(refusing).rejects.not.toThrow("token");
  });
});

describe("Twilio", () => {
  const twilio = (answer: unknown, status = 201) => {
    const fetch = answering(json(answer, status));
    return { fetch, source: twilioIceServers({ accountSid: "AC1", authToken: "token", fetch }) };
  };

  test("gives a list for each call, in either spelling, and says how long it lasts", async () => {
    const login = { username: "u", credential: "c" };
    const { fetch, source } = twilio({
      ice_servers: [
        { url: "stun:a:3478", urls: "stun:a:3478" },
        { url: "turn:b:3478", ...login },
      ],
      ttl: "120",
    });
    const before = Date.now();
    const lease = await source.mint(request("s1"));
    expect(lease.iceServers).toEqual([{ urls: "stun:a:3478" }, { urls: "turn:b:3478", ...login }]);
    expect((lease.expiresAt ?? 0) - before).toBeGreaterThanOrEqual(120_000);
    const [sent] = asked(fetch);
    expect(sent?.url).toBe("https://api.twilio.com/2010-04-01/Accounts/AC1/Tokens.json");
    expect(String(sent?.body as URLSearchParams)).toBe("Ttl=3600");
    expect(sent?.headers).toEqual({
      authorization: `Basic ${Buffer.from("AC1:token").toString("base64")}`,
    });
  });

  test.each([{ ice_servers: [], ttl: "1" }, { ice_servers: [{ url: "stun:a" }], ttl: "soon" }, {}])(
    "that answers %j is an error",
    async (answer) => {
      await expect(twilio(answer).source.mint(request())).rejects.toThrow(/^Twilio/);
    },
  );
});

describe("a service that does not answer", () => {
  const own = { ...account, secretKey: "sk" };
  test.each([
    ["Metered", (fetch: typeof globalThis.fetch) => meteredIceServers(account, { fetch })],
    ["Metered, per call", (fetch) => meteredIceServers(own, { fetch })],
    ["Cloudflare", (fetch) => cloudflareIceServers({ keyId: "i", apiToken: "t", fetch })],
    ["Twilio", (fetch) => twilioIceServers({ accountSid: "AC1", authToken: "t", fetch })],
  ] satisfies [string, (fetch: typeof globalThis.fetch) => IceServerSource][])(
    "is asked no longer than somebody waits: %s",
    async (_, source) => {
      const { fetch, state } = silent();
      const caller = new AbortController();
      const minted = source(fetch).mint({ signal: caller.signal });
      expect(state.open).toBeGreaterThan(0);
      caller.abort();
      await expect(minted).rejects.toThrow();
      expect(state.open).toBe(0);
    },
    5_000,
  );

  test("is asked on for those who still wait", async () => {
    const { fetch, state } = silent();
    const source = meteredIceServers(own, { fetch });
    const [one, other] = [new AbortController(), new AbortController()];
    const minted = [one, other].map(({ signal }) => source.mint({ signal }));
    const all = Promise.allSettled(minted);
    expect(state.open).toBe(3); // the list once, and a credential for each
    one.abort();
    await expect(minted[0]).rejects.toThrow();
    expect(state.open).toBe(2);
    other.abort();
    await all;
    expect(state.open).toBe(0);
  });

  test("in the middle of its answer was late, not wrong", async () => {
    const late = new AbortController();
    const broken = new ReadableStream({
      pull: (body) => {
        late.abort();
        body.error(new DOMException("aborted", "AbortError"));
      },
    });
    const fetch = async () => new Response(broken);
    const minted = meteredIceServers(account, { fetch }).mint({ signal: late.signal });
    await expect(minted).rejects.toThrow("Metered did not answer in time");
  });
});

test("the package exports the sources", () => {
  expect(metered(account).shared).toBe(true);
});
