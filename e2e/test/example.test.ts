import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import { Caller } from "../src/caller.ts";
import { CliServer } from "../src/cli-server.ts";
import { servePages } from "../src/page-server.ts";

const folder = new URL("../../examples/minimal/", import.meta.url);
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

test("the minimal example compiles, serves its page and answers", async () => {
  await promisify(execFile)(process.execPath, [tsc, "-p", fileURLToPath(folder)]);
  const program = fileURLToPath(new URL("dist/server.js", folder));
  const server = new CliServer([], { PORT: "0" }, program);
  const [browser, pages] = await Promise.all([openChromium(), servePages(), server.listening()]);

  expect((await fetch(server.url)).headers.get("content-type")).toMatch(/text\/html/);
  const caller = await Caller.call({ browser, pages, signallingUrl: server.signallingUrl });
  await caller.sendText("What is seven times six?");
  expect(String((await caller.next("llm")).args[0])).toMatch(/42|forty[- ]two/i);
  await caller.next("ttsStart");
  await caller.until("audible", 100);

  await caller.close();
  await browser.close();
  await pages.close();
  await server.stop();
});
