import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/cli/environment.ts";

test("an empty environment sets nothing and warns of nothing", () => {
  expect(parseEnvironment({})).toEqual({ server: {}, settings: {}, warnings: [] });
});

test("an empty or blank variable counts as not set", () => {
  expect(parseEnvironment({ PORT: "", ICE_SERVERS: "  ", LOCAL_ONLY: "" }).settings).toEqual({});
});

test("every server variable arrives in its option", () => {
  const { server } = parseEnvironment({
    PORT: "9000",
    HOST: "0.0.0.0",
    SYSTEM_PROMPT: "You are Max.",
    STREAMING_TTS: "false",
    STREAMING_STT: "true",
    HISTORY_LIMIT: "20",
    ICE_SERVERS: '[{"urls":["turn:turn.example.com:3478"],"username":"u","credential":"c"}]',
    METERED_APP_NAME: "myapp.metered.live",
    METERED_API_KEY: "key",
    METERED_REGION: "us_east",
  });
  expect(server).toEqual({
    port: 9000,
    host: "0.0.0.0",
    systemPrompt: "You are Max.",
    streamingTTS: false,
    streamingSTT: true,
    historyLimit: 20,
    iceServers: [{ urls: ["turn:turn.example.com:3478"], username: "u", credential: "c" }],
    metered: { appName: "myapp", apiKey: "key", region: "us_east" },
  });
});

test("half of the Metered login is a warning that names the other half", () => {
  expect(parseEnvironment({ METERED_APP_NAME: "myapp" }).warnings).toEqual([
    "Metered TURN is off: METERED_API_KEY is not set. Set it too, or unset both.",
  ]);
  expect(parseEnvironment({ METERED_API_KEY: "k" }).warnings[0]).toContain("METERED_APP_NAME");
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
    ["ICE_SERVERS", '[{"urls":5}]', "ICE_SERVERS: 0.urls is wrong"],
    ["ICE_SERVERS", '[{"urls":"http://a"}]', /^ICE_SERVERS holds an address that does not start/],
    ["ICE_SERVERS", '[{"urls":"turn:a:3478"}]', /^ICE_SERVERS holds a TURN server without/],
  ])("%s=%s", (name, value, message) => {
    const parse = (): unknown => parseEnvironment({ [name]: value });
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(parse).toThrow(message);
    expect(parse).not.toThrow("\n");
    expect(parse).not.toThrow("secret");
  });
});

test("several faults come together", () => {
  expect(() => parseEnvironment({ PORT: "x", LOCAL_ONLY: "x" })).toThrow(
    "PORT must be a whole number from 0 to 65535; LOCAL_ONLY must be true or false",
  );
});
