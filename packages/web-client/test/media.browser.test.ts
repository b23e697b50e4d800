import type * as Client from "@metered/llmrtc-web-client";
import { expect, test } from "vitest";
import { logged, own, scenes, until } from "./browser/scene.ts";

const { scene } = scenes();

test("a page that is not secure is told so", async () => {
  const { page } = await scene({ options: own, host: "agent.test" });
  const error = await page.evaluate(() =>
    client.shareAudio().catch((reason: unknown) => {
      const { code, message, remedy } = reason as Client.LLMRTCClientError;
      return { code, message, remedy };
    }),
  );
  expect(error).toMatchObject({
    code: "INSECURE_CONTEXT",
    remedy: "Open this page over https:// or on localhost.",
  });
  expect(await page.evaluate(() => LLMRTC.listMicrophones())).toEqual([]);
});

test("an unplugged microphone is a typed error, and another can be shared", async () => {
  const { page } = await scene({ options: own, config: { audio: true } });
  await page.evaluate(async () => {
    await client.start();
    const { stream } = await client.shareAudio();
    stream.getTracks()[0]?.dispatchEvent(new Event("ended"));
  });
  expect(await logged(page, "error")).toEqual([["error", "MICROPHONE_LOST", true]]);
  expect(await page.evaluate(() => client.microphone)).toBeNull();
  await page.evaluate(() => client.shareAudio());
  expect(await page.evaluate(() => client.microphone?.label)).not.toBe("");
});

test("a stream of the application is left running when it is replaced, and stopped by close", async () => {
  const { page } = await scene({ options: own });
  const states = await page.evaluate(async () => {
    const theirs = await navigator.mediaDevices.getUserMedia({ audio: true });
    const [track] = theirs.getTracks();
    const first = await client.shareAudio(theirs);
    first.mute();
    const second = await client.shareAudio();
    const kept = [track?.readyState, second.muted];
    await first.stop();
    const again = (await client.shareAudio(second.stream)) === second;
    const still = client.microphone !== null;
    await client.shareAudio(theirs);
    client.close();
    return { kept, still, again, closed: track?.readyState };
  });
  expect(states).toEqual({ kept: ["live", true], still: true, again: true, closed: "ended" });
});

test("a microphone that is granted after close() is stopped at once", async () => {
  const { page } = await scene({ options: own });
  const outcome = await page.evaluate(async () => {
    const asked = client.shareAudio().catch((error: unknown) => error);
    client.close();
    return ((await asked) as Client.LLMRTCClientError).code;
  });
  expect(outcome).toBe("CLOSED");
  expect(await page.evaluate(() => client.microphone)).toBeNull();
});

test("the last frame of the camera goes with an utterance", async () => {
  const { server, page } = await scene({ options: own });
  await page.evaluate(async () => {
    await client.start();
    const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 2000 } });
    const capture = client.shareVideo(camera, 50);
    while (capture.getLastFrame() === null) await new Promise(requestAnimationFrame);
  });
  server.call.tell({ type: "speech-start" });
  await expect.poll(() => server.call.peer.messages.length).toBe(1);
  const [message] = server.call.peer.messages;
  expect(message).toMatchObject({
    type: "attachments",
    attachments: [{ mimeType: "image/jpeg", alt: "camera frame" }],
  });
  expect(JSON.stringify(message)).toContain("data:image/jpeg;base64,");
});

test("plays on a chosen speaker, and says when there is no such", async () => {
  const { page } = await scene({ options: own });
  const outcome = await page.evaluate(async () => {
    const [speaker] = await LLMRTC.listSpeakers();
    await client.setOutputDevice(speaker?.deviceId ?? "");
    return client.setOutputDevice("nonsense").catch((error: unknown) => {
      return (error as Client.LLMRTCClientError).code;
    });
  });
  expect(outcome).toBe("OUTPUT_DEVICE_FAILED");
});

test("records the microphone once", async () => {
  const { server, page } = await scene({ options: own });
  const bytes = await page.evaluate(async () => {
    await client.start();
    const recording = await LLMRTC.recordOnce(300);
    client.sendAudio(recording);
    return recording.byteLength;
  });
  expect(bytes).toBeGreaterThan(100);
  await expect.poll(() => server.sent("audio")).toHaveLength(1);
});

test("hears of devices that come and go, until it is closed", async () => {
  const { page } = await scene({ options: own });
  const heard = await page.evaluate(async () => {
    let changes = 0;
    client.on("devicesChange", () => (changes += 1));
    await client.start();
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    client.close();
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    return changes;
  });
  expect(heard).toBe(1);
});

test("levels are told only while somebody listens", async () => {
  const { page } = await scene({ options: own, config: { audio: true } });
  const made = await page.evaluate(async () => {
    let meters = 0;
    globalThis.AudioContext = class extends AudioContext {
      override createAnalyser(): AnalyserNode {
        meters += 1;
        return super.createAnalyser();
      }
    };
    await client.start();
    await client.shareAudio();
    const before = meters;
    await new Promise<void>((resolve) =>
      client.once("level", () => {
        resolve();
      }),
    );
    return { before, after: meters, listeners: client.listenerCount("level") };
  });
  expect(made).toEqual({ before: 0, after: 2, listeners: 0 });
  await until(page, "microphoneChange");
});
