import { maskingLogger } from "@metered/llmrtc-backend";
import { type Logger, ProviderError } from "@metered/llmrtc-core";
import fc from "fast-check";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";

type Line = { readonly level: string; readonly fields: object; readonly message?: string };

function scene(readable?: readonly string[]) {
  const lines: Line[] = [];
  const note =
    (level: string) =>
    (fields: object, ...rest: string[]) => {
      lines.push({ level, fields, ...(rest[0] !== undefined && { message: rest[0] }) });
    };
  const own: Logger = {
    debug: note("debug"),
    info: note("info"),
    warn: note("warn"),
    error: note("error"),
  };
  const logger = maskingLogger(own, readable);
  const logged = (fields: object): object => {
    logger.warn(fields);
    return lines.at(-1)?.fields ?? {};
  };
  return { logger, lines, logged };
}

/** Everything that can be read in a value, hidden fields of errors too. */
const written = (value: unknown) =>
  inspect(value, { depth: Infinity, showHidden: true, maxStringLength: null });

describe("a masking logger", () => {
  test.each(["debug", "info", "warn", "error"] as const)("masks what it logs as %s", (level) => {
    const { logger, lines } = scene();
    logger[level]({ address: "203.0.113.5", port: 80 }, "from 203.0.113.5");
    logger[level]({ fine: true });
    expect(lines).toEqual([
      { level, fields: { address: "203.0.x.x", port: 80 }, message: "from 203.0.x.x" },
      { level, fields: { fine: true } },
    ]);
  });

  test("leaves addresses that may be read", () => {
    const { logged } = scene(["198.51.100.7"]);
    expect(logged({ own: "198.51.100.7", other: "203.0.113.5" })).toEqual({
      own: "198.51.100.7",
      other: "203.0.x.x",
    });
  });

  test("hides the address in every part of an error, which stays one", () => {
    const { logged } = scene();
    const cause = Object.assign(new Error("connect ECONNREFUSED 203.0.113.5:443"), {
      code: "ECONNREFUSED",
      address: "203.0.113.5",
      port: 443,
    });
    const error = new AggregateError([cause], "no way to 203.0.113.5", { cause });
    const { error: shown } = logged({ error }) as { readonly error: AggregateError };
    expect(written(shown)).not.toContain("203.0.113.5");
    expect(shown).toBeInstanceOf(Error);
    expect(shown).toMatchObject({ name: "AggregateError", message: "no way to 203.0.x.x" });
    expect(shown.stack).toContain("AggregateError: no way to 203.0.x.x");
    expect(shown.stack).toContain("masking-logger.test.ts");
    expect(shown.cause).toMatchObject({
      message: "connect ECONNREFUSED 203.0.x.x:443",
      code: "ECONNREFUSED",
      address: "203.0.x.x",
      port: 443,
    });
    expect(shown.errors).toHaveLength(1);
    expect(error.message).toBe("no way to 203.0.113.5");
  });

  test("hands on what holds no address as it is", () => {
    const { logged } = scene();
    const error = new ProviderError("LLM_ERROR", "openai", "answered 500", { status: 500 });
    const when = new Date();
    expect((logged({ error }) as { readonly error: unknown }).error).toBe(error);
    const { at, bytes } = logged({ at: when, bytes: Buffer.from("a"), ip: "203.0.113.5" }) as {
      readonly at: unknown;
      readonly bytes: unknown;
    };
    expect(at).toBe(when);
    expect(bytes).toBeInstanceOf(Buffer);
  });

  test("finds addresses in lists, maps, sets, URLs and names of fields", () => {
    const { logged } = scene();
    const fields = {
      list: [["203.0.113.5"]],
      map: new Map([["203.0.113.5", 1]]),
      set: new Set(["2001:db8::1"]),
      url: new URL("ws://[2001:db8::1]/"),
      "203.0.113.5": 1,
    };
    expect(logged(fields)).toEqual({
      list: [["203.0.x.x"]],
      map: [["203.0.x.x", 1]],
      set: ["2001:db8::x"],
      url: "ws://[2001:db8::x]/",
      "203.0.x.x": 1,
    });
  });

  test("comes to an end in a circle, and far down leaves out what it has not read", () => {
    const { logged } = scene();
    const circle: Record<string, unknown> = { address: "203.0.113.5" };
    circle["self"] = circle;
    const shown = logged({ circle }) as { readonly circle: typeof circle };
    expect(shown.circle["self"]).toBe(shown.circle);
    expect(written(shown)).not.toContain("203.0.113.5");
    let deep: object = { address: "203.0.113.5" };
    for (let level = 0; level < 20; level++) deep = { deep };
    expect(written(logged(deep))).not.toContain("203.0.113.5");
  });

  test("never throws, whatever it is given", () => {
    const { logger, lines } = scene();
    const trap = Object.defineProperty({}, "trap", {
      enumerable: true,
      get: () => {
        throw new Error("no");
      },
    });
    logger.error({ trap }, "203.0.113.5 failed");
    expect(lines).toEqual([
      { level: "error", fields: { fields: "unreadable" }, message: "203.0.x.x failed" },
    ]);
  });

  test("leaves no full address in any shape of fields", () => {
    const ip = fc.constantFrom("203.0.113.5", "2001:db8:1:2:3:4:5:6", "::ffff:203.0.113.5");
    const texts = ip.chain((one) => fc.constantFrom(one, `to ${one} failed`, `[${one}]:80`));
    const errors = texts.map((text) => new Error(text, { cause: text }));
    const shapes = fc.object({
      key: fc.oneof(fc.string(), texts),
      values: [texts, errors, fc.nat(), fc.string()],
      withMap: true,
      withSet: true,
    });
    const { logged } = scene();
    fc.assert(
      fc.property(shapes, (shape) => {
        expect(written(logged(shape))).not.toMatch(/113\.5|db8:1/);
      }),
    );
  });
});
