import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import type { Pcm } from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SpeechDecoder, SpeechEncoder } from "../src/media/opus.ts";
import { opusDurationMs } from "../src/media/opus-packet.ts";
import { Speaker } from "../src/transport/webrtc/speaker.ts";
import { tone } from "./transport-contract.ts";

const rms = (pcm: Pcm) => Math.sqrt(pcm.reduce((sum, s) => sum + s * s, 0) / pcm.length);
const frame = (n: number) => tone((n + 1) * 20, 24_000).subarray(n * 480, (n + 1) * 480);

/** A decoder that has heard 200 ms of tone, and the encoder it listens to. */
function inTheMiddle() {
  const encoder = new SpeechEncoder();
  const decoder = new SpeechDecoder();
  let n = 0;
  const next = () => encoder.encode(frame(n++));
  while (n < 10) decoder.decode(next());
  return { decoder, next };
}

describe("Opus", () => {
  test("a tone comes back at 16 kHz, as loud as it was, at about 32 kb/s", () => {
    const { decoder, next } = inTheMiddle();
    const packets = Array.from({ length: 25 }, next);
    const heard = packets.map((packet) => decoder.decode(packet));
    for (const pcm of heard) {
      expect(pcm).toHaveLength(320);
      expect(Math.abs(rms(pcm ?? tone(1, 1000)) - 8000 / Math.SQRT2)).toBeLessThan(600);
    }
    const bytes = packets.reduce((sum, packet) => sum + packet.length, 0);
    expect((bytes * 8) / 0.5 / 1000).toBeLessThan(48);
  });

  test("a lost frame is concealed by a voice that goes on and fades, of exactly the length asked", () => {
    const { decoder, next } = inTheMiddle();
    next();
    const levels = [20, 20, 20, 20, 20].map((ms) => rms(decoder.conceal(ms)));
    expect(levels[0]).toBeGreaterThan(2000);
    expect(levels[4]).toBeLessThan((levels[0] ?? 0) / 4);
    expect(decoder.conceal(50)).toHaveLength(800);
    expect(decoder.decode(next())).toHaveLength(320);
  });

  test("before any packet a hole is silence", () => {
    expect(rms(new SpeechDecoder().conceal(100))).toBe(0);
  });

  test("broken packets decode to nothing and do not disturb what follows", () => {
    const { decoder, next } = inTheMiddle();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const pcm = decoder.decode(bytes);
        if (pcm !== undefined) expect(pcm.length).toBe((opusDurationMs(bytes) ?? -1) * 16);
      }),
    );
    for (let n = 0; n < 5; n += 1) decoder.decode(next());
    expect(rms(decoder.decode(next()) ?? tone(20, 1000, 0))).toBeGreaterThan(2000);
  });

  test("plain Node runs it, native and as WebAssembly", () => {
    const path = createRequire(import.meta.url).resolve("@evan/opus");
    const script = `
      const { Encoder, Decoder } = require(${JSON.stringify(path)});
      const packet = new Encoder({ channels: 1, sample_rate: 24000, application: "voip" })
        .encode(new Int16Array(480));
      const decoder = new Decoder({ channels: 1, sample_rate: 16000 });
      const bytes = decoder.decode(packet).length;
      process.stdout.write(bytes + " " + decoder.decode(packet.subarray(0, 1)).length);`;
    for (const env of [{}, { OPUS_FORCE_WASM: "1" }]) {
      const said = execFileSync(process.execPath, ["-e", script], {
        env: { ...process.env, ...env },
        encoding: "utf8",
      });
      expect(said).toBe("640 640");
    }
  });
});

describe("the agent's RTP stream", () => {
  test("counts every packet, times every frame, and marks the start of speech", () => {
    const speaker = new Speaker();
    const plan = [...Array<boolean>(8).fill(false), ...Array<boolean>(3).fill(true), false, false];
    const sent = plan.flatMap((speech, n) => {
      const packet = speaker.next(speech ? frame(n) : undefined);
      return packet === undefined ? [] : [{ n, header: packet.header }];
    });
    expect(sent.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4, 8, 9, 10, 11, 12]);
    const [first] = sent;
    for (const [at, { n, header }] of sent.entries()) {
      const base = first?.header;
      expect((header.sequenceNumber - (base?.sequenceNumber ?? 0)) & 0xffff).toBe(at);
      expect((header.timestamp - (base?.timestamp ?? 0)) >>> 0).toBe(n * 960);
      expect(header.marker).toBe(n === 0 || n === 8);
    }
  });

  test("in silence it costs a byte every 400 ms", () => {
    const speaker = new Speaker();
    const packets = Array.from({ length: 205 }, () => speaker.next(undefined)).slice(5);
    const sent = packets.filter((packet) => packet !== undefined);
    expect(sent).toHaveLength(10);
    expect(sent.every(({ payload }) => payload.length === 1)).toBe(true);
  });
});
