import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseServerMessage } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS } from "@metered/llmrtc-testing";
import { parse } from "dotenv";
import { parseEnvironment } from "../../packages/backend/dist/cli/environment.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { root } from "../run.mjs";

const page = readFileSync(path.join(root, "docs/networking.md"), "utf8");
// In this checkout, so that imports find the packages.
const folder = path.join(root, ".cache/networking-samples");

/** The samples of one language that hold `words`. */
function samples(language, words) {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm");
  return [...page.matchAll(fence)].map(([, code]) => code).filter((code) => code.includes(words));
}

/** Runs a sample as the module that it is, types taken off, and gives what it named. */
async function run(code, name, file) {
  const script = path.join(folder, `${file}.mjs`);
  const plain = code.replace(/ as \{[^}]*\}/g, "");
  writeFileSync(script, name ? `${plain}\nexport { ${name} };\n` : plain);
  return import(pathToFileURL(script).href);
}

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  vi.stubGlobal("llm", fakeLLM());
  vi.stubGlobal("stt", fakeSTT());
  vi.stubGlobal("tts", fakeTTS());
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllGlobals();
});

const sources = [
  ["metered:", "Metered (your-app, us_east)"],
  ["TCP fallback", "configured (3 servers)"],
  ["turnRestIceServers(", "TURN with a shared secret (2 addresses)"],
  ["cloudflareIceServers(", "Cloudflare TURN"],
  ["sessionId", "a function of this application"],
];

test.each(sources)("the server of the sample with %s is made: %s", async (words, description) => {
  const found = samples("ts", words);
  expect(found).toHaveLength(1);
  const { server } = await run(found[0], "server", description.replace(/\W/g, ""));
  expect(server.iceSource.description).toBe(description);
});

const environments = [
  ["METERED_APP_NAME", { metered: { appName: "your-app", apiKey: "your-key", region: "us_east" } }],
  [
    "ICE_SERVERS",
    {
      iceServers: [
        { urls: "stun:stun.example.com:3478" },
        { urls: "turn:turn.example.com:3478", username: "user", credential: "pass" },
      ],
    },
  ],
  ["TURN_URLS", { iceServers: { description: "TURN with a shared secret (3 addresses)" } }],
];

test.each(environments)("the sample with %s is understood", (name, settings) => {
  const [block = ""] = samples("bash", name);
  expect(parseEnvironment(parse(block)).server).toMatchObject(settings);
});

test("the sample of `ready` is what a client takes", () => {
  const [message = ""] = samples("json", '"ready"');
  expect(parseServerMessage(message)).toMatchObject({ type: "ready", iceServers: { length: 3 } });
});

test("the client's samples run", async () => {
  const [make = ""] = samples("ts", "new LLMRTCWebClient");
  const { client } = await run(make, "client", "client");
  expect(client.state).toBe("disconnected");
  vi.stubGlobal("client", client);
  const [watch = ""] = samples("ts", "stateChange");
  await run(watch, undefined, "watch");
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  client.close();
  expect(log.mock.calls).toEqual([["Connection state:", "closed", 0, "ICE servers"]]);
  log.mockRestore();
});
