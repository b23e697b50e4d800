import {
  attachmentLimits,
  ClientMessage,
  errorCodes,
  features,
  LLMRTCError,
  parseClientMessage,
  parseServerMessage,
  PROTOCOL_VERSION,
  serverMessages,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { arbitraryOf, requiredKeys } from "./arbitrary-message.ts";

type Shape = Readonly<Record<string, z.ZodMiniType>>;

interface Kind {
  readonly name: string;
  readonly shape: Shape;
  readonly schema: z.ZodMiniType;
  readonly parse: (frame: string) => unknown;
}

function kinds(schemas: readonly z.ZodMiniType[], parse: (frame: string) => unknown): Kind[] {
  return schemas.map((schema) => {
    const { shape } = schema._zod.def as unknown as { readonly shape: Shape };
    const { values } = shape["type"]?._zod.def as unknown as { readonly values: readonly string[] };
    return { name: values[0] ?? "", shape, schema, parse };
  });
}

const clientKinds = kinds(ClientMessage.def.options, parseClientMessage);
const serverKinds = kinds(serverMessages, parseServerMessage);
const allKinds = [...clientKinds, ...serverKinds];

/** The error that a frame is refused with. */
function refusal(parse: (frame: string) => unknown, frame: string): LLMRTCError {
  try {
    parse(frame);
  } catch (error) {
    if (error instanceof LLMRTCError && error.code === "INVALID_MESSAGE") return error;
    throw error;
  }
  throw new Error(`Accepted: ${frame}`);
}

const wire = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

describe.each(allKinds)("$name", ({ schema, shape, parse }) => {
  const message = arbitraryOf(schema) as fc.Arbitrary<Record<string, unknown>>;

  test("survives the way over the wire", () => {
    fc.assert(
      fc.property(message, (sent) => {
        expect(parse(JSON.stringify(sent))).toMatchObject(wire(sent) as object);
      }),
    );
  });

  test("may carry fields that are not known yet", () => {
    fc.assert(
      fc.property(message, fc.jsonValue(), (sent, extra) => {
        expect(parse(JSON.stringify({ ...sent, "x-new": extra }))).toEqual(
          parse(JSON.stringify(sent)),
        );
      }),
    );
  });

  test.each(requiredKeys(shape).map((key) => [key] as const))(
    "is refused without %s or with a wrong one, and the refusal names it and quotes nothing",
    (key) => {
      const secret = "s3cr3t";
      const wantsText = shape[key]?.safeParse(secret).success;
      const wrongKind = wantsText ? [secret] : secret;
      fc.assert(
        fc.property(message, fc.constantFrom<unknown>(undefined, wrongKind), (sent, wrong) => {
          const { message: reason } = refusal(parse, JSON.stringify({ ...sent, [key]: wrong }));
          expect(reason).toMatch(new RegExp(`\\b${key}\\b`));
          expect(reason).not.toContain(secret);
        }),
        { numRuns: 20 },
      );
    },
  );
});

test.each([
  ["nothing", ""],
  ["half a message", '{"type":"ping","timest'],
  ["no object", '"ping"'],
  ["null", "null"],
  ["a list", "[]"],
  ["no type", '{"timestamp":1}'],
  ["a type that is no text", '{"type":7}'],
  ["a type that nobody knows", '{"type":"launch","code":"s3cr3t"}'],
  ["a type from Object", '{"type":"__proto__"}'],
  ["depth", "[".repeat(100_000)],
])("%s is refused at both doors", (_, frame) => {
  for (const parse of [parseClientMessage, parseServerMessage]) {
    expect(refusal(parse, frame).message).toMatch(
      /^Invalid (client|server) message: (type|message)$/,
    );
  }
});

test("whatever comes in, the door gives a message or INVALID_MESSAGE", () => {
  const type = fc.constantFrom(...allKinds.map(({ name }) => name));
  const junk = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(type, fc.dictionary(fc.string(), fc.jsonValue())).map(([name, fields]) => {
      return JSON.stringify({ ...fields, type: name });
    }),
  );
  fc.assert(
    fc.property(junk, (frame) => {
      for (const parse of [parseClientMessage, parseServerMessage]) {
        try {
          parse(frame);
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_MESSAGE" });
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test.each([
  { type: "ping", timestamp: 1_700_000_000_000 },
  { type: "offer", signal: { type: "offer", sdp: "v=0\r\n" } },
  { type: "signal", signal: { type: "offer", sdp: "v=0\r\n" } },
  { type: "reconnect", sessionId: "5b1d6f0e-8a64-4d7e-9a38-0f6f1d2f7c11" },
  { type: "audio", data: "UklGRg==" },
  { type: "audio", data: "", attachments: [{ data: "data:image/jpeg;base64,/9j/" }] },
  {
    type: "attachments",
    attachments: [{ data: "https://example.com/a.png", alt: "camera frame" }],
  },
])("a v1 client says $type", (message) => {
  expect(parseClientMessage(JSON.stringify(message))).toEqual(message);
});

test.each([
  {
    type: "ready",
    id: "a",
    protocolVersion: 1,
    iceServers: [{ urls: "stun:stun.example.com:80" }],
  },
  { type: "ready", id: "a", protocolVersion: 1, mode: "pipeline" },
  { type: "pong", timestamp: 1 },
  { type: "signal", signal: { type: "answer", sdp: "v=0\r\n" } },
  { type: "reconnect-ack", success: true, sessionId: "a", historyRecovered: false },
  { type: "speech-start" },
  { type: "speech-end" },
  { type: "transcript", text: "hello", isFinal: true },
  { type: "llm-chunk", content: "", done: true },
  { type: "llm", text: "Hi." },
  { type: "tts-start" },
  { type: "tts-chunk", format: "pcm", sampleRate: 24_000, data: "AAA=" },
  { type: "tts", format: "mp3", data: "AAA=" },
  { type: "tts-complete" },
  { type: "tts-cancelled" },
  { type: "tool-call-start", name: "add", callId: "c", arguments: { a: [1, { b: null }] } },
  { type: "tool-call-end", callId: "c", result: null, error: "cancelled", durationMs: 0 },
  { type: "stage-change", from: "a", to: "b", reason: "done" },
  { type: "assistant-transcript", text: "Hi", isFinal: false },
  { type: "usage", inputTokens: 1, outputTokens: 2, audioInputTokens: 3, cachedTokens: 4 },
  { type: "mode-changed", mode: "pipeline" },
  { type: "error", code: "SOMETHING_NEW", message: "?" },
])("a v1 server says $type", (message) => {
  expect(parseServerMessage(JSON.stringify(message))).toEqual(message);
});

test.each(['{"type":"ready","id":"a"}', '{"type":"transcript","text":"a"}'])(
  "older servers may leave out what came later: %s",
  (frame) => {
    expect(parseServerMessage(frame)).toEqual(JSON.parse(frame));
  },
);

test.each(["5", "[5]", '{"a":1}', "null", '["stun:a",[]]'])(
  "an ICE server's urls are strings: %s",
  (urls) => {
    const frame = `{"type":"ready","id":"a","iceServers":[{"urls":${urls}}]}`;
    expect(() => parseServerMessage(frame)).toThrow("iceServers");
  },
);

test.each(["5", "[]", "{}", '{"candidate":1}', '{"sdpMid":"0"}'])(
  "a server's candidate is one, or null after the last: %s",
  (candidate) => {
    const frame = `{"type":"candidate","candidate":${candidate}}`;
    expect(() => parseServerMessage(frame)).toThrow("candidate");
    expect(() => parseServerMessage('{"type":"candidate","candidate":null}')).not.toThrow();
  },
);

describe("limits", () => {
  const say = (fields: object) => JSON.stringify({ type: "text", text: "Look.", ...fields });
  const pictures = (count: number) => Array.from({ length: count }, () => ({ data: "AAA=" }));

  const report = {
    type: "connection-report",
    kind: "webrtc",
    why: "first-try",
    afterMs: 90,
    attempts: 1,
  };

  test("a report may say all there is about loss", () => {
    for (const lossPct of [0, 4.8, 100]) {
      expect(parseClientMessage(JSON.stringify({ ...report, lossPct }))).toMatchObject({ lossPct });
    }
  });

  test("a message takes eight pictures and no ninth", () => {
    const { count } = attachmentLimits;
    expect(parseClientMessage(say({ attachments: pictures(count) }))).toBeDefined();
    for (const type of ["text", "audio", "attachments"]) {
      const frame = { type, text: "a", data: "", attachments: pictures(count + 1) };
      expect(refusal(parseClientMessage, JSON.stringify(frame)).message).toBe(
        "Invalid client message: attachments",
      );
    }
  });

  test("a picture takes a million characters and not one more", () => {
    const data = "A".repeat(attachmentLimits.characters);
    expect(parseClientMessage(say({ attachments: [{ data }] }))).toBeDefined();
    expect(refusal(parseClientMessage, say({ attachments: [{ data: `${data}A` }] })).message).toBe(
      "Invalid client message: attachments.0.data",
    );
  });

  test.each([
    ["a typed turn of 10 001 characters", { type: "text", text: "a".repeat(10_001) }],
    ["an empty typed turn", { type: "text", text: "" }],
    ["a session id of a kilobyte", { type: "reconnect", sessionId: "a".repeat(1024) }],
    ["a hundred features", { type: "hello", features: Array<string>(100).fill("a") }],
    ["an endless candidate", { type: "candidate", candidate: { candidate: "a".repeat(5000) } }],
    ["more loss than all", { ...report, lossPct: 100.1 }],
    ["less loss than none", { ...report, lossPct: -1 }],
    ["sound that is no base64", { type: "audio", data: "not base64!" }],
  ])("%s is refused", (_, message) => {
    refusal(parseClientMessage, JSON.stringify(message));
  });

  test("the refusal of a frame full of nonsense is short", () => {
    const attachments = Array.from({ length: 8 }, () => ({ data: 7, alt: 7, mimeType: 7 }));
    const { message } = refusal(parseClientMessage, say({ attachments, text: 7 }));
    expect(message.split(", ")).toHaveLength(5);
    const list = Array<number>(400_000).fill(0);
    expect(refusal(parseClientMessage, say({ attachments: list })).message.length).toBeLessThan(60);
  });
});

test("version, codes and features are those of protocol v1 and our additions", () => {
  expect(PROTOCOL_VERSION).toBe(1);
  expect(errorCodes.slice(0, 20)).toContain("BUDGET_EXCEEDED");
  expect(new Set(errorCodes).size).toBe(errorCodes.length);
  expect(new Set(features).size).toBe(features.length);
});
