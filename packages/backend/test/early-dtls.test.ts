import { Event, type RTCDtlsTransport } from "werift";
import { expect, test } from "vitest";
import { keepEarlyDtls } from "../src/transport/webrtc/early-dtls.ts";

/** What `keepEarlyDtls` sees of werift, which listens only when it says so. */
function transport() {
  const onData = new Event<[Buffer]>();
  const onStateChange = new Event<[string]>();
  const heard: Buffer[] = [];
  keepEarlyDtls({
    onStateChange,
    iceTransport: { connection: { onData } },
  } as unknown as RTCDtlsTransport);
  return {
    heard,
    come: (packet: Buffer) => {
      onData.execute(packet);
    },
    /** As werift does it: it says so, and subscribes in the same turn. */
    listen: async () => {
      onStateChange.execute("connecting");
      onData.subscribe((packet) => {
        heard.push(packet);
      });
      await Promise.resolve();
    },
  };
}

/** A DTLS record with one fragment of a handshake message. */
function fragment(offset: number, content: string): Buffer {
  const record = Buffer.alloc(25);
  record[0] = 22;
  record.writeUIntBE(offset, 19, 3);
  return Buffer.concat([record, Buffer.from(content)]);
}

test("a hello that came too early is heard when somebody listens, whole and in order", async () => {
  const { heard, come, listen } = transport();
  const hello = [fragment(0, "hel"), fragment(3, "lo")];
  hello.forEach(come);
  await listen();
  expect(heard).toEqual(hello);
});

test("of a hello that was sent again, one is heard", async () => {
  const { heard, come, listen } = transport();
  come(fragment(0, "first"));
  come(fragment(0, "second"));
  await listen();
  expect(heard).toEqual([fragment(0, "second")]);
});

test("what comes while somebody listens is heard once", async () => {
  const { heard, come, listen } = transport();
  await listen();
  come(fragment(0, "hello"));
  await Promise.resolve();
  expect(heard).toHaveLength(1);
});

test("media and junk are not kept, however much of it comes", async () => {
  const { heard, come, listen } = transport();
  come(Buffer.alloc(40, 0x80));
  come(Buffer.from([22]));
  for (let i = 1; i < 100; i++) come(fragment(i, "junk"));
  await listen();
  expect(heard.length).toBeLessThan(10);
});
