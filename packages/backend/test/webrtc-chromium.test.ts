import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { CandidateInit } from "@metered/llmrtc-core";
import { openChromium } from "@metered/llmrtc-testing/chromium";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Playout } from "../src/media/playout.ts";
import { PlayoutClock } from "../src/media/playout-clock.ts";
import { openWebRtcTransport, warmUpWebRtc } from "../src/transport/webrtc/transport.ts";
import { isLoud, nextEvent, readAll, tone } from "./transport-contract.ts";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
/** Runs in the browser. It knows the server only by `offer`, `candidate` and `onServerCandidate`. */
const pageScript = `
window.caller = (() => {
  const pc = new RTCPeerConnection();
  const channel = pc.createDataChannel("data");
  const received = [];
  channel.onmessage = (event) => received.push(event.data);
  pc.addTransceiver("audio", { direction: "recvonly" });
  let trickle = false, stream, sender, analyser;
  pc.ontrack = ({ streams }) => {
    const element = new Audio();
    element.srcObject = streams[0];
    void element.play();
    const context = new AudioContext({ sampleRate: 48000 });
    analyser = context.createAnalyser();
    context.createMediaStreamSource(streams[0]).connect(analyser);
  };
  window.onServerCandidate = (c) => pc.addIceCandidate(c ?? undefined);
  const gathered = () => new Promise((resolve) => {
    const look = () => pc.iceGatheringState === "complete" && resolve();
    pc.addEventListener("icegatheringstatechange", look);
    look();
  });
  const negotiate = async () => {
    await pc.setLocalDescription();
    if (!trickle) await gathered();
    await pc.setRemoteDescription({ type: "answer", sdp: await offer(pc.localDescription.sdp) });
  };
  return {
    received,
    connect: async (trickling) => {
      trickle = trickling;
      if (trickle) pc.onicecandidate = ({ candidate: c }) => candidate(c ? c.toJSON() : null);
      await negotiate();
      if (channel.readyState !== "open") await new Promise((open) => (channel.onopen = open));
      await new Promise((resolve) => {
        const look = () => pc.connectionState === "connected" && resolve();
        pc.addEventListener("connectionstatechange", look);
        look();
      });
    },
    share: async () => {
      stream ??= await navigator.mediaDevices.getUserMedia({ audio: true });
      sender = pc.addTrack(stream.getAudioTracks()[0], stream);
      await negotiate();
    },
    unshare: async () => { pc.removeTrack(sender); await negotiate(); },
    restart: async () => { pc.restartIce(); await negotiate(); },
    hangUp: () => pc.close(),
    level: () => {
      const samples = new Float32Array(2048);
      analyser.getFloatTimeDomainData(samples);
      return Math.max(...samples);
    },
    send: (text) => channel.send(text),
  };
})();`;

describe.skipIf(!existsSync(executablePath))("in Chromium", () => {
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    await warmUpWebRtc();
    browser = await openChromium();
    server = createServer((_, response) => {
      response.setHeader("content-type", "text/html").end("<title>caller</title>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function call(trickle: boolean) {
    const transport = await openWebRtcTransport({ iceServers: [] });
    const page = await browser.newPage();
    await page.goto(url);
    await page.exposeFunction("offer", (sdp: string) => transport.acceptOffer(sdp, { trickle }));
    await page.exposeFunction("candidate", (candidate: CandidateInit | null) => {
      transport.addCandidate(candidate);
    });
    transport.on("candidate", (candidate) => {
      void page.evaluate(`onServerCandidate(${JSON.stringify(candidate)})`);
    });
    await page.evaluate(pageScript);
    const playout = new Playout({ clock: new PlayoutClock(), sink: transport });
    const close = async () => {
      playout.close();
      await transport.close();
      await page.close();
    };
    return { transport, page, playout, close };
  }

  const run = (page: Page, body: string): Promise<unknown> => page.evaluate(`caller.${body}`);
  /** Loudest sample of the last 40 ms, 0 to 1. */
  const level = async (page: Page) => Number(await run(page, "level()"));

  test.each([
    ["an old client, whose candidates are in its offer", false],
    ["a client that trickles candidates", true],
  ])("%s talks and listens", async (_, trickle) => {
    const { transport, page, playout, close } = await call(trickle);
    const microphone = readAll(transport.microphone);
    const connected = nextEvent(transport, "connected");
    await run(page, `connect(${trickle})`);
    await connected;

    const message = nextEvent(transport, "message");
    await run(page, `send("hello")`);
    await expect(message).resolves.toBe("hello");
    expect(transport.sendMessage("welcome")).toBe(true);
    await expect.poll(() => run(page, "received")).toEqual(["welcome"]);

    // the fake microphone beeps once a second
    const started = nextEvent(transport, "microphone-started");
    await run(page, "share()");
    await started;
    await expect.poll(() => microphone.frames.filter(isLoud).length).toBeGreaterThan(3);

    playout.enqueue(tone(20_000, 24_000));
    await expect.poll(() => level(page), { interval: 20 }).toBeGreaterThan(0.15);
    playout.clear();
    const clearedAt = performance.now();
    await expect.poll(() => level(page), { interval: 20 }).toBeLessThan(0.01);
    expect(performance.now() - clearedAt).toBeLessThan(5_000); // of the 20 s that were queued

    const ended = nextEvent(transport, "end");
    await run(page, "hangUp()");
    await expect(ended).resolves.toBe("remote-closed");
    await close();
  });

  test("a microphone shared again, in another media section, is heard once", async () => {
    const { transport, page, playout, close } = await call(true);
    const microphone = readAll(transport.microphone);
    await run(page, "connect(true)");
    for (let n = 0; n < 3; n += 1) {
      const started = nextEvent(transport, "microphone-started");
      await run(page, "share()");
      await started;
      const [frames, startedAt] = [microphone.frames.length, performance.now()];
      await expect.poll(() => microphone.frames.length).toBeGreaterThan(frames + 100);
      const heardMs = (microphone.frames.length - frames) * 20;
      // Twice would be 2; what waited while this process stood still comes at once.
      expect(heardMs / (performance.now() - startedAt)).toBeLessThan(1.6);
      await run(page, "unshare()");
    }
    playout.enqueue(tone(20_000, 24_000));
    await expect.poll(() => level(page), { interval: 20 }).toBeGreaterThan(0.15);
    await close();
  });

  test("an ICE restart keeps both voices", async () => {
    const { transport, page, playout, close } = await call(true);
    const microphone = readAll(transport.microphone);
    await run(page, "connect(true)");
    await run(page, "share()");
    await run(page, "restart()");
    await expect.poll(() => microphone.frames.length).toBeGreaterThan(10);
    playout.enqueue(tone(20_000, 24_000));
    await expect.poll(() => level(page), { interval: 20 }).toBeGreaterThan(0.15);
    const frames = microphone.frames.length;
    await expect.poll(() => microphone.frames.length).toBeGreaterThan(frames + 10);
    await close();
  });
});
