import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { decodeWav } from "@metered/llmrtc-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shareHeard, wordsOf } from "../src/recogniser.ts";
import { runCli } from "../src/run-cli.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "llmrtc-commands-"));
});

afterAll(() => rm(folder, { recursive: true }));

test("what `say` speaks, `transcribe` writes down", async () => {
  const text = "Good morning, the train to the city leaves at nine.";
  const said = await runCli(["say", text, "-o", "out.wav"], { cwd: folder });
  expect(said).toEqual({ code: 0, output: "out.wav\n", errors: "" });
  const { format, pcm } = decodeWav(await readFile(path.join(folder, "out.wav")));
  expect(format).toEqual({ sampleRate: 24_000, channels: 1 });
  expect(pcm.length / 24_000).toBeGreaterThan(2);

  const { code, output, errors } = await runCli(["transcribe", "out.wav"], { cwd: folder });
  expect({ code, errors }).toEqual({ code: 0, errors: "" });
  expect(shareHeard(wordsOf(text), wordsOf(output)), output).toBeGreaterThan(0.8);
});

test.each([
  ["a text without words", ["say", "你好 …", "-o", "none.wav"], "no English words"],
  ["a file that cannot be written", ["say", "Hello", "-o", "no/such/folder.wav"], "no/such"],
  ["a recording that is not there", ["transcribe", "missing.wav"], "missing.wav cannot be read"],
  ["a recording that is none", ["transcribe", "note.wav"], "not a WAV file"],
])("%s is one clear line and exit code 1", async (_, args, line) => {
  await writeFile(path.join(folder, "note.wav"), "hello");
  const { code, output, errors } = await runCli(args, { cwd: folder });
  expect({ code, output }).toEqual({ code: 1, output: "" });
  expect(errors).toMatch(/^llmrtc-backend: .*\n$/);
  expect(errors).toContain(line);
});

test.each([
  ["an address of another machine", ["--host", "203.0.113.77"], {}, 1],
  ["a wrong variable", [], { STREAMING_TTS: "perhaps" }, 1],
  ["a port that is a word", ["--port", "http"], {}, 2],
  ["a flag that nobody knows", ["--frobnicate"], {}, 2],
])("%s is one clear line, and nothing is served", async (_, args, env, code) => {
  const ended = await runCli(args, { cwd: folder, env });
  expect(ended).toMatchObject({ code, output: "" });
  expect(ended.errors.trim().split("\n")).toHaveLength(1);
});

test("--help says which flags there are, and -h is the host", async () => {
  const { code, output } = await runCli(["--help"], { cwd: folder });
  expect(code).toBe(0);
  for (const name of [
    "-p, --port",
    "-h, --host",
    "say",
    "transcribe",
    "ICE_SERVERS",
    "METERED_APP_NAME",
  ]) {
    expect(output).toContain(name);
  }
});

test("a flag wins over the environment, which wins over .env", async () => {
  const servers = [createServer(), createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, "127.0.0.1"), "listening");
      return String((server.address() as AddressInfo).port);
    }),
  );
  const [flag = "", variable = "", file = ""] = ports;
  await writeFile(path.join(folder, ".env"), `PORT=${file}\n`);
  // Each port is busy, so that the server says which one it wanted, and ends.
  const wanted = async (args: readonly string[], env = {}): Promise<string> => {
    const { code, errors } = await runCli(args, { cwd: folder, env });
    expect(code).toBe(1);
    return /Port (\d+)/.exec(errors)?.[1] ?? errors;
  };
  expect(await wanted([])).toBe(file);
  expect(await wanted([], { PORT: variable })).toBe(variable);
  for (const args of [["--port", flag], [`--port=${flag}`], ["-p", flag]]) {
    expect(await wanted(args, { PORT: variable })).toBe(flag);
  }
  for (const server of servers) server.close();
});
