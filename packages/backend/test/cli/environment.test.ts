import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/cli/environment.ts";

test("an empty environment sets nothing and warns of nothing", () => {
  expect(parseEnvironment({})).toEqual({ server: {}, settings: {} });
});

test("an empty or blank variable counts as not set", () => {
  expect(parseEnvironment({ PORT: "", ICE_SERVERS: "  ", LOCAL_ONLY: "" }).settings).toEqual({});
});

test("every server variable arrives in its option", () => {
  const { server } = parseEnvironment({
    PORT: "9000",
    HOST: "0.0.0.0",
    SYSTEM_PROMPT: "You are Max.",
    GREETING: "Hello.",
    STREAMING_TTS: "false",
    STREAMING_STT: "true",
    HISTORY_LIMIT: "20",
    LOG_ADDRESSES: "true",
    ICE_SERVERS: '[{"urls":["turn:turn.example.com:3478"],"username":"u","credential":"c"}]',
    METERED_APP_NAME: "myapp.metered.live",
    METERED_API_KEY: "key",
    ICE_TRANSPORT_POLICY: "relay",
    ICE_INTERFACES: "eth0, 10.0.0.5",
    ANNOUNCED_ADDRESSES: "203.0.113.7,2001:db8::7",
    PORT_RANGE: "50000-50100",
    ALLOWED_ORIGINS: "https://app.example.com, http://localhost:3000",
    MAX_SESSIONS: "60",
    MAX_EVENT_LOOP_DELAY_MS: "40",
  });
  expect(server).toEqual({
    port: 9000,
    host: "0.0.0.0",
    systemPrompt: "You are Max.",
    greeting: "Hello.",
    streamingTTS: false,
    streamingSTT: true,
    historyLimit: 20,
    logAddresses: true,
    iceServers: [{ urls: ["turn:turn.example.com:3478"], username: "u", credential: "c" }],
    iceTransportPolicy: "relay",
    interfaces: ["eth0", "10.0.0.5"],
    announcedAddresses: ["203.0.113.7", "2001:db8::7"],
    portRange: [50_000, 50_100],
    allowedOrigins: ["https://app.example.com", "http://localhost:3000"],
    maxSessions: 60,
    maxEventLoopDelayMs: 40,
  });
});

const metered = { METERED_APP_NAME: "myapp.metered.live", METERED_API_KEY: "key" };
const turn = { TURN_URLS: "turn:turn.example.com, turns:turn.example.com:443", TURN_SECRET: "s" };
const cloudflare = { CLOUDFLARE_TURN_KEY_ID: "id", CLOUDFLARE_TURN_API_TOKEN: "token" };
const twilio = { TWILIO_ACCOUNT_SID: "AC1", TWILIO_AUTH_TOKEN: "token" };

test("of several sources of ICE servers the first wins", () => {
  const chosen = (variables: Record<string, string>) => {
    const { server } = parseEnvironment(variables);
    if (server.metered) return server.metered;
    return server.iceServers && "mint" in server.iceServers
      ? server.iceServers.description
      : server.iceServers;
  };
  const all = { ICE_SERVERS: "[]", ...metered, ...turn, ...cloudflare, ...twilio };
  expect(chosen(all)).toEqual([]);
  expect(chosen({ ...all, ICE_SERVERS: "" })).toEqual({ appName: "myapp", apiKey: "key" });
  expect(chosen({ ...turn, ...cloudflare, ...twilio })).toMatch(/shared secret \(2 addresses\)/);
  expect(chosen({ ...cloudflare, ...twilio })).toMatch(/Cloudflare/);
  expect(chosen(twilio)).toMatch(/Twilio/);
  expect(chosen({})).toBeUndefined();
});

test("Metered takes its region, its secret key and a lifetime", () => {
  const more = { METERED_REGION: "us_east", METERED_SECRET_KEY: "secret", TURN_TTL: "600" };
  expect(parseEnvironment({ ...metered, ...more }).server.metered).toEqual({
    appName: "myapp",
    apiKey: "key",
    region: "us_east",
    secretKey: "secret",
    ttlSeconds: 600,
  });
});

test("nothing outside this network means no STUN server either", () => {
  expect(parseEnvironment({ LOCAL_ONLY: "true" }).server).toEqual({ iceServers: [] });
});

test.each([
  ["METERED_APP_NAME", "METERED_API_KEY"],
  ["TURN_URLS", "TURN_SECRET"],
  ["CLOUDFLARE_TURN_KEY_ID", "CLOUDFLARE_TURN_API_TOKEN"],
  ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
])("of %s and %s one alone stops the start and names the other", (one, other) => {
  const both: Record<string, string> = { ...metered, ...turn, ...cloudflare, ...twilio };
  const line = (set: string, missing: string) =>
    `${set} is set, but ${missing} is not: set it too, or unset both`;
  expect(() => parseEnvironment({ [one]: both[one] })).toThrow(line(one, other));
  expect(() => parseEnvironment({ [other]: both[other] })).toThrow(line(other, one));
});

test("an empty shared secret is none", () => {
  const parse = () => parseEnvironment({ ...turn, TURN_SECRET: "  " });
  expect(parse).toThrow("TURN_URLS is set, but TURN_SECRET is not: set it too, or unset both");
});

describe("a fault is one line that names the variable", () => {
  const secretive = "sk-secret value";
  test.each([
    ["PORT", "70000", "PORT must be a whole number from 0 to 65535"],
    ["PORT", "80.5", "PORT must be a whole number from 0 to 65535"],
    ["PORT", "-1", "PORT must be a whole number from 0 to 65535"],
    ["HOST", "my host", "HOST must be a host name or an IP address"],
    ["HISTORY_LIMIT", "0", "HISTORY_LIMIT must be a whole number from 1 to 10000"],
    ["STREAMING_TTS", "maybe", "STREAMING_TTS must be true or false"],
    ["LOCAL_ONLY", "2", "LOCAL_ONLY must be true or false"],
    ["OPENAI_API_KEY", secretive, /^OPENAI_API_KEY must be one word of plain characters/],
    ["OPENAI_BASE_URL", "localhost:8080", /^OPENAI_BASE_URL must be an address such as/],
    ["OLLAMA_BASE_URL", "http://", /^OLLAMA_BASE_URL must be an address such as/],
    ["METERED_APP_NAME", "https://x.metered.live/", /^METERED_APP_NAME must be one word/],
    ["METERED_REGION", "us&apiKey=1", /^METERED_REGION must be one word/],
    ["ICE_SERVERS", "stun:stun.example.com", /^ICE_SERVERS must be a JSON array/],
    ["ICE_SERVERS", '{"urls":"stun:a"}', /^ICE_SERVERS must be a JSON array/],
    ["ICE_SERVERS", '[{"urls":5}]', "ICE_SERVERS is wrong: [0].urls must be text"],
    ["ICE_SERVERS", '["stun:a"]', "ICE_SERVERS is wrong: [0] must be an object such as"],
    ["ICE_SERVERS", '[{"urls":"stun:a:0"}]', /^ICE_SERVERS is wrong: \[0\].urls .*port is not/],
    ["ICE_SERVERS", '[{"urls":"turn:secret@a"}]', /^ICE_SERVERS is wrong: \[0\].urls .*a login/],
    ["ICE_SERVERS", '[{"urls":"stun:a?transport=udp"}]', /^ICE_SERVERS is wrong: .*a \? in it/],
    [
      "ICE_SERVERS",
      '[{"urls":"http://a"}]',
      /^ICE_SERVERS is wrong: \[0\].urls holds an address that is no/,
    ],
    ["ICE_SERVERS", '[{"urls":[]}]', /^ICE_SERVERS is wrong: \[0\].urls is empty/],
    [
      "ICE_SERVERS",
      '[{"urls":"turn:a:3478"}]',
      /^ICE_SERVERS is wrong: \[0\] is a TURN server without/,
    ],
    ["METERED_SECRET_KEY", "secretive", /^METERED_SECRET_KEY needs METERED_APP_NAME and/],
    ["METERED_REGION", "us_east", /^METERED_REGION needs METERED_APP_NAME and/],
    ["TURN_URLS", "stun:a", /^TURN_URLS must be turn: or turns: addresses/],
    ["TURN_URLS", "turn:a,", /^TURN_URLS must be turn: or turns: addresses/],
    ["TURN_URLS", "turn:a,turn:b:0", /^TURN_URLS must be .*holds one whose port is not/],
    ["TURN_TTL", "600", /^TURN_TTL needs one of TURN_SECRET, METERED_SECRET_KEY/],
    ["TURN_TTL", "1", "TURN_TTL must be a whole number from 10 to 172800"],
    ["ICE_TRANSPORT_POLICY", "turn", "ICE_TRANSPORT_POLICY must be all or relay"],
    ["ICE_INTERFACES", "eth0,", /^ICE_INTERFACES must be words/],
    ["ANNOUNCED_ADDRESSES", "example.com", /^ANNOUNCED_ADDRESSES must be IP addresses/],
    ["PORT_RANGE", "50000", "PORT_RANGE must be like 49152-65535"],
    ["PORT_RANGE", "50000-40000", "PORT_RANGE must be like 49152-65535"],
    ["PORT_RANGE", "60000-70000", "PORT_RANGE must be like 49152-65535: the first and the last"],
    ["PORT_RANGE", "0-10", "PORT_RANGE must be like 49152-65535"],
    ["ALLOWED_ORIGINS", "https://a.example/", /^ALLOWED_ORIGINS must be origins such as/],
  ])("%s=%s", (name, value, message) => {
    const parse = (): unknown => parseEnvironment({ [name]: value });
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(parse).toThrow(message);
    expect(parse).not.toThrow("\n");
    expect(parse).not.toThrow("secret");
  });
});

test.each<[string, Record<string, string>, string]>([
  ["Metered, without a secret key", metered, "TURN_TTL needs one of TURN_SECRET"],
  ["a list", { ICE_SERVERS: "[]" }, "TURN_TTL needs one of TURN_SECRET"],
  ["Twilio", twilio, "TURN_TTL for Twilio must be a whole number of seconds from 60 to 86400"],
])("TURN_TTL=172800 with %s stops the start", (_, variables, line) => {
  expect(() => parseEnvironment({ ...variables, TURN_TTL: "172800" })).toThrow(line);
});

test.each([
  ["Cloudflare", cloudflare],
  ["Metered", { ...metered, METERED_SECRET_KEY: "s" }],
])("TURN_TTL=10 is too short for %s, and 60 is not", (vendor, variables) => {
  const parse = (seconds: string) => parseEnvironment({ ...variables, TURN_TTL: seconds });
  expect(() => parse("10")).toThrow(`TURN_TTL for ${vendor} must be`);
  expect(() => parse("60")).not.toThrow();
});

test("TURN_TTL may wait for a source that another one goes before", () => {
  const both = { ICE_SERVERS: "[]", ...turn, TURN_TTL: "600" };
  expect(parseEnvironment(both).server).toEqual({ iceServers: [] });
});

test("several faults come together", () => {
  expect(() => parseEnvironment({ PORT: "x", LOCAL_ONLY: "x" })).toThrow(
    "PORT must be a whole number from 0 to 65535; LOCAL_ONLY must be true or false",
  );
});
