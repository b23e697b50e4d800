import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { CliServer } from "../src/cli-server.ts";
import { RawClient } from "../src/raw-client.ts";

test("the server says where it listens, serves its page there, and ends on Ctrl-C", async () => {
  const server = await CliServer.start();
  const page = await fetch(server.url);
  expect(page.status).toBe(200);
  expect(page.headers.get("content-type")).toMatch(/text\/html/);
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({
    ok: true,
    sessions: 0,
    maxSessions: null,
    accepting: true,
  });

  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test("Ctrl-C ends it in the middle of a call, and the caller is told", async () => {
  const server = await CliServer.start();
  const client = await RawClient.connect(server.signallingUrl);
  const [exit, answer] = await Promise.all([server.stop(), client.answer("nothing")]);
  expect(exit).toEqual({ code: 0, signal: null });
  expect(answer).toEqual({ type: "closed", code: 1001 });
});

test("a busy port is one clear line and exit code 1", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as AddressInfo;

  const server = new CliServer(["--port", String(port)]);
  expect(await server.exited).toEqual({ code: 1, signal: null });
  expect(server.errors.trim().split("\n")).toHaveLength(1);
  expect(server.errors).toContain(String(port));
  await new Promise((resolve) => other.close(resolve));
});
