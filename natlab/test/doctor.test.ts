import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { turnHost } from "../src/addresses.ts";
import { Lab } from "../src/lab.ts";

const main = fileURLToPath(new URL("../../packages/backend/dist/cli/main.js", import.meta.url));
/** Beyond the lab's internet, which swallows what is sent there (RFC 5737). */
const deadResolver = "192.0.2.53";
/** Five seconds, and one for a busy machine. Node waits ten for a look-up that it cannot end. */
const atMostMs = 6_000;

interface Diagnosis {
  readonly findings: readonly {
    readonly subject: string;
    readonly check: string;
    readonly verdict: string;
  }[];
}

let lab: Lab;

beforeAll(async () => {
  lab = await Lab.open();
  writeFileSync(`/etc/netns/${lab.name("caller")}/resolv.conf`, `nameserver ${deadResolver}\n`);
});

afterAll(() => lab.close());

async function doctor(env: NodeJS.ProcessEnv) {
  const started = performance.now();
  const child = lab.start("caller", process.execPath, [main, "doctor", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ICE_SERVERS: "", HOST: "", ...env }, // whatever stands in .env
  });
  if (!child.stdout) throw new Error("there is no pipe");
  const [output, exit] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const [code] = exit as [number];
  const tookMs = performance.now() - started;
  const { findings } = JSON.parse(output) as Diagnosis;
  const verdicts = (check: string) =>
    Object.fromEntries(
      findings.filter((f) => f.check === check).map((f) => [f.subject, f.verdict]),
    );
  return { tookMs, code, verdicts };
}

test.each([
  ["Metered", { METERED_APP_NAME: "app", METERED_API_KEY: "key" }],
  ["Metered, per call", { METERED_APP_NAME: "a", METERED_API_KEY: "k", METERED_SECRET_KEY: "s" }],
  ["Cloudflare", { CLOUDFLARE_TURN_KEY_ID: "id", CLOUDFLARE_TURN_API_TOKEN: "token" }],
  ["Twilio", { TWILIO_ACCOUNT_SID: "AC1", TWILIO_AUTH_TOKEN: "token" }],
] as const)("the doctor is back in time when %s cannot be looked up", async (_, env) => {
  const { tookMs, code, verdicts } = await doctor(env);
  expect(verdicts("source")).toEqual({ "ICE servers": "failed" });
  expect(code).toBe(1);
  expect(tookMs).toBeLessThan(atMostMs);
});

test("the doctor is back in time when its own host name cannot be looked up", async () => {
  const { tookMs, code, verdicts } = await doctor({ HOST: "voice.example.com", ICE_SERVERS: "[]" });
  expect(verdicts("HTTP port")).toEqual({ "this machine": "failed" });
  expect(code).toBe(1);
  expect(tookMs).toBeLessThan(atMostMs);
});

test("names that cannot be looked up keep the doctor from no other", async () => {
  const dead = ["a", "b", "c", "d", "e", "f"].map((letter) => `${letter}.example.com`);
  const urls = [...dead, turnHost].map((name) => `turn:${name}`);
  const servers = JSON.stringify([{ urls, username: "u", credential: "c" }]);
  const { tookMs, verdicts } = await doctor({ ICE_SERVERS: servers });
  const failed = Object.fromEntries(dead.map((name) => [name, "failed"]));
  expect(verdicts("name")).toEqual({ ...failed, [turnHost]: "ok" });
  expect(tookMs).toBeLessThan(atMostMs);
});
