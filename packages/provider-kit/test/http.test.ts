import { afterEach, expect, test } from "vitest";
import { postForBuffer, postForBytes, postForJson } from "../src/http.ts";
import { refusing, Vendor } from "./vendor.ts";

const service = { name: "test-tts", kind: "TTS" } as const;
const vendors: Vendor[] = [];

afterEach(async () => {
  for (const vendor of vendors.splice(0)) await vendor.close();
});

async function vendorThat(...answer: Parameters<typeof Vendor.start>): Promise<Vendor> {
  const vendor = await Vendor.start(...answer);
  vendors.push(vendor);
  return vendor;
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of bytes) text += Buffer.from(piece).toString();
  return text;
}

test("hands the body back as it comes", async () => {
  let finish: (() => void) | undefined;
  const vendor = await vendorThat((response) => {
    response.write("first ");
    finish = () => response.end("last");
  });
  const pieces = postForBytes(service, vendor.url, { body: { text: "Hi" } });
  const first = await pieces.next();
  expect(Buffer.from(first.value ?? []).toString()).toBe("first ");
  finish?.();
  expect(await drain(pieces)).toBe("last");
  expect(vendor.bodies).toEqual([{ text: "Hi" }]);
  expect(vendor.headers[0]?.["content-type"]).toBe("application/json");
});

test("sends a form as multipart", async () => {
  const vendor = await vendorThat(refusing(200, { text: "ok" }));
  const body = new FormData();
  body.set("model", "m");
  expect(await postForJson(service, vendor.url, { body })).toEqual({ text: "ok" });
  expect(vendor.headers[0]?.["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
});

test("a service that never answers is a time-out with its own code", async () => {
  const vendor = await vendorThat(() => undefined);
  const call = postForBuffer(service, vendor.url, { body: {}, timeoutMs: 30 });
  await expect(call).rejects.toMatchObject({
    code: "TTS_TIMEOUT",
    retryable: true,
    message: "test-tts: gave no answer for 30 ms",
  });
  await vendor.hungUp;
});

test("a service that goes silent in the middle is a time-out too", async () => {
  const vendor = await vendorThat((response) => {
    response.write("half");
  });
  const call = drain(postForBytes(service, vendor.url, { body: {}, timeoutMs: 30 }));
  await expect(call).rejects.toMatchObject({ code: "TTS_TIMEOUT" });
});

test("a reader that takes its time is no time-out", async () => {
  let finish: (() => void) | undefined;
  const vendor = await vendorThat((response, { url }) => {
    if (url === "/hangs") return;
    response.write("one");
    finish = () => response.end("two");
  });
  const options = { body: {}, timeoutMs: 50 };
  const pieces = postForBytes(service, vendor.url, options);
  await pieces.next();
  // Once another call has run into the limit, this one's reader has waited for longer than that.
  const hanging = postForBuffer(service, `${vendor.url}/hangs`, options);
  await expect(hanging).rejects.toMatchObject({ code: "TTS_TIMEOUT" });
  finish?.();
  expect(await drain(pieces)).toBe("two");
});

test.each([
  [401, false],
  [429, true],
  [503, true],
])("status %i is an error without the vendor's words", async (status, retryable) => {
  const vendor = await vendorThat(
    refusing(status, { error: { message: "key sk-secret is bad", type: "auth_error" } }),
  );
  const error = await postForBuffer(service, vendor.url, { body: {} }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "TTS_ERROR", status, retryable });
  expect(String(error)).toContain(`answered ${status} (auth_error)`);
  expect(String(error)).not.toContain("secret");
});

test.each(["sk-secret-key", "Your key is bad", "a".repeat(80), 5, null])(
  "a vendor's code that could be anything else is left out: %s",
  async (code) => {
    const vendor = await vendorThat(refusing(400, { error: { code } }));
    const call = postForBuffer(service, vendor.url, { body: {} });
    await expect(call).rejects.toThrow(/answered 400$/);
  },
);

test("an abort rejects with the signal's reason and hangs up", async () => {
  const turn = new AbortController();
  const reason = new Error("barge-in");
  const vendor = await vendorThat((response) => {
    response.write("half");
    turn.abort(reason);
  });
  const call = postForBuffer(service, vendor.url, { body: {}, signal: turn.signal });
  await expect(call).rejects.toBe(reason);
  await vendor.hungUp;
});

test("an abort also ends the reading of an answer that has come whole", async () => {
  const turn = new AbortController();
  const reason = new Error("barge-in");
  const vendor = await vendorThat((response) => {
    response.end("all of it");
  });
  const read = async (): Promise<void> => {
    const pieces = postForBytes(service, vendor.url, { body: {}, signal: turn.signal });
    for await (const piece of pieces) {
      expect(piece.length).toBeGreaterThan(0);
      turn.abort(reason);
    }
  };
  await expect(read()).rejects.toBe(reason);
});

test("leaving the loop hangs up", async () => {
  const vendor = await vendorThat((response) => {
    response.write("half");
  });
  for await (const piece of postForBytes(service, vendor.url, { body: {} })) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
  await vendor.hungUp;
});

test("what should be JSON and is not is an error", async () => {
  const vendor = await vendorThat(refusing(200, "<html>"));
  await expect(postForJson(service, vendor.url, { body: {} })).rejects.toThrow("not JSON");
});

test("nobody there is an error that says why", async () => {
  const vendor = await vendorThat(() => undefined);
  await vendor.close();
  vendors.length = 0;
  await expect(postForBuffer(service, vendor.url, { body: {} })).rejects.toThrow(
    "test-tts: could not be reached (ECONNREFUSED)",
  );
});
