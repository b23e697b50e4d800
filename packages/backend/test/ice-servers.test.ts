import { silentLogger } from "@metered/llmrtc-core";
import { describe, expect, test, vi } from "vitest";
import { iceServerSource } from "../src/ice/ice-servers.ts";

const metered = { appName: "myapp", apiKey: "secret-key", region: "us_east" };
const turn = [{ urls: "turn:relay.example:80", username: "u", credential: "c" }];
const stun = [{ urls: "stun:stun.metered.ca:80" }];

const answers = (...responses: readonly (() => Promise<Response>)[]) => {
  let call = 0;
  return vi.fn<typeof fetch>(() => {
    const response = responses[Math.min(call++, responses.length - 1)];
    return response ? response() : Promise.reject(new Error("no answer"));
  });
};
const ok = async () => Response.json(turn);
const refused = async () => Response.json({ error: "no such key" }, { status: 401 });

describe("ICE servers", () => {
  test("configured ones win over Metered", async () => {
    const fetch = answers(ok);
    const source = iceServerSource({ iceServers: turn, metered, logger: silentLogger, fetch });
    expect(await source.iceServers()).toEqual(turn);
    expect(fetch).not.toHaveBeenCalled();
  });

  test("an empty list means host candidates only, not the default", async () => {
    const source = iceServerSource({ iceServers: [], logger: silentLogger });
    expect(await source.iceServers()).toEqual([]);
    expect(source.warning).toBeUndefined();
  });

  test("with nothing configured there is STUN and a warning with its remedy", async () => {
    const source = iceServerSource({ logger: silentLogger });
    expect(await source.iceServers()).toEqual(stun);
    expect(source.warning).toMatch(/METERED_APP_NAME/);
  });
});

describe("Metered", () => {
  const source = (fetch: typeof globalThis.fetch, logger = silentLogger) =>
    iceServerSource({ metered, logger, fetch });

  test("is asked once for calls that come together, and not again for a while", async () => {
    const fetch = answers(ok);
    const from = source(fetch);
    const lists = await Promise.all([from.iceServers(), from.iceServers()]);
    expect(lists).toEqual([turn, turn]);
    await from.iceServers();
    expect(fetch).toHaveBeenCalledTimes(1);
    expect((fetch.mock.calls[0]?.[0] as URL).href).toBe(
      "https://myapp.metered.live/api/v1/turn/credentials?apiKey=secret-key&region=us_east",
    );
  });

  test("that refuses leaves STUN, and is asked again at the next call", async () => {
    const from = source(answers(refused, ok));
    expect(await from.iceServers()).toEqual(stun);
    expect(await from.iceServers()).toEqual(turn);
  });

  test("that answers something else leaves STUN", async () => {
    const nonsense = async () => Response.json({ iceServers: "soon" });
    expect(await source(answers(nonsense)).iceServers()).toEqual(stun);
  });

  test("never shows its key in the log", async () => {
    const lines: string[] = [];
    const write = (...parts: unknown[]) => void lines.push(JSON.stringify(parts));
    const logger = { debug: write, info: write, warn: write, error: write };
    const failing = answers(() => Promise.reject(new Error("GET ?apiKey=secret-key failed")));
    await source(failing, logger).iceServers();
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain("secret-key");
  });
});
