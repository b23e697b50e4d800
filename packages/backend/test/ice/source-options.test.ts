import {
  cloudflareIceServers,
  meteredIceServers,
  turnRestIceServers,
  twilioIceServers,
} from "@metered/llmrtc-backend";
import { expect, test } from "vitest";
import { chooseIceServers } from "../../src/ice/choose.ts";

type Fields = Readonly<Record<string, unknown>>;

/** As plain JavaScript would call them. */
const make = {
  server: (options: Fields) => chooseIceServers(options),
  metered: (options: Fields) => meteredIceServers({ appName: "a", apiKey: "k", ...options }),
  turnRest: (options: Fields) => turnRestIceServers({ urls: ["turn:a"], secret: "s", ...options }),
  cloudflare: (options: Fields) => cloudflareIceServers({ keyId: "k", apiToken: "t", ...options }),
  twilio: (options: Fields) => twilioIceServers({ accountSid: "s", authToken: "t", ...options }),
};

test.each<[keyof typeof make, Fields, string]>([
  ["server", { iceServers: null }, "iceServers must be a list such as"],
  ["server", { iceServers: "stun:a" }, "iceServers must be a list such as"],
  ["server", { iceServers: { urls: "stun:a" } }, "iceServers must be a list such as"],
  ["server", { iceServers: [null] }, "iceServers[0] must be an object such as"],
  ["server", { iceServers: ["stun:a"] }, "iceServers[0] must be an object such as"],
  ["server", { iceServers: [{ url: "stun:a" }] }, "iceServers[0].urls is missing"],
  ["server", { iceServers: [{ urls: 5 }] }, "iceServers[0].urls must be text"],
  ["server", { iceServers: [{ urls: "stun:a", username: 5 }] }, "iceServers[0].username must be"],
  ["server", { iceServers: { mint: 5, description: "" } }, "iceServers must have a function mint"],
  ["server", { iceServers: { mint: () => [] } }, "iceServers must have a function mint and a text"],
  ["server", { iceTransportPolicy: "Relay" }, "iceTransportPolicy must be all or relay"],
  ["server", { iceTransportPolicy: null }, "iceTransportPolicy must be all or relay"],
  ["server", { metered: null }, "metered must have an appName and an apiKey"],
  ["server", { metered: {} }, "metered.appName must be one word"],
  ["metered", { appName: undefined }, "metered.appName must be one word"],
  ["metered", { appName: ["a"] }, "metered.appName must be one word"],
  ["metered", { appName: "a.example" }, "metered.appName must be one word"],
  ["metered", { apiKey: undefined }, "metered.apiKey is missing"],
  ["metered", { apiKey: 5 }, "metered.apiKey must be one word of plain characters"],
  ["metered", { region: "us east" }, "metered.region must be one word"],
  ["metered", { secretKey: "" }, "metered.secretKey is missing"],
  ["metered", { secretKey: 5 }, "metered.secretKey must be one word of plain characters"],
  ["metered", { ttlSeconds: -1 }, "metered.ttlSeconds must be a whole number of seconds from 60"],
  ["turnRest", { urls: "turn:a" }, "TURN URLs: urls must be a list of addresses"],
  ["turnRest", { urls: [5] }, "TURN URLs: urls must be text"],
  ["turnRest", { urls: ["turn:a:0"] }, "TURN URLs: urls holds an address whose port"],
  ["turnRest", { secret: undefined }, "turnRestIceServers: secret must be text"],
  ["turnRest", { ttlSeconds: Number.NaN }, "turnRestIceServers: ttlSeconds must be a whole number"],
  ["turnRest", { ttlSeconds: 9 }, "turnRestIceServers: ttlSeconds must be a whole number"],
  ["cloudflare", { keyId: undefined }, "cloudflareIceServers: keyId is missing"],
  ["cloudflare", { apiToken: "two words" }, "cloudflareIceServers: apiToken must be one word"],
  ["cloudflare", { ttlSeconds: 172_801 }, "cloudflareIceServers: ttlSeconds must be a whole"],
  ["twilio", { accountSid: "" }, "twilioIceServers: accountSid is missing"],
  ["twilio", { authToken: {} }, "twilioIceServers: authToken must be one word"],
  ["twilio", { ttlSeconds: 86_401 }, "twilioIceServers: ttlSeconds must be a whole number"],
  ["twilio", { ttlSeconds: "3600" }, "twilioIceServers: ttlSeconds must be a whole number"],
])("%s with %j is refused with the option and its fault", (of, options, line) => {
  const making = () => make[of](options);
  expect(making).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
  expect(making).toThrow(line);
  expect(making).not.toThrow("two words");
});

test("the longest lives that vendors allow are fine", () => {
  expect(() => make.twilio({ ttlSeconds: 86_400 })).not.toThrow();
  expect(() => make.cloudflare({ ttlSeconds: 172_800 })).not.toThrow();
  expect(() => make.turnRest({ ttlSeconds: 10 })).not.toThrow();
});

test("the name of a Metered account may be its host", () => {
  expect(make.metered({ appName: "myapp.metered.live" }).description).toBe("Metered (myapp)");
});
