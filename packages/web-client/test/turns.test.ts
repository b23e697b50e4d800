import { expect, test } from "vitest";
import { LLMRTCClientError, type WebClientConfig } from "../src/index.ts";
import { stage } from "./fake-network.ts";

async function connected(config: Partial<WebClientConfig> = {}, features = ["turn-control"]) {
  const scene = stage(config);
  const started = scene.client.start();
  scene.greet("s1", features);
  await scene.connect();
  await started;
  return scene;
}

const told = ({ peer }: Awaited<ReturnType<typeof connected>>): unknown[] =>
  peer.channel.sent.map((frame) => JSON.parse(frame) as unknown);

test("push-to-talk goes the fastest way: over the data channel", async () => {
  const scene = await connected();
  scene.client.startTurn();
  scene.client.endTurn();
  scene.client.cancelTurn();
  scene.client.typing();
  expect(told(scene)).toEqual([
    { type: "turn", action: "start" },
    { type: "turn", action: "end" },
    { type: "turn", action: "cancel" },
    { type: "typing" },
  ]);
});

test("manual turns are asked for before each connection, and may be switched in a call", async () => {
  const scene = await connected({ turnDetection: "manual" });
  expect(scene.socket.sent[0]).toMatchObject({ type: "hello", turnDetection: "manual" });
  scene.client.turnDetection = "auto";
  expect(scene.client.turnDetection).toBe("auto");
  expect(told(scene).at(-1)).toEqual({ type: "turn-detection", mode: "auto" });

  scene.client.turnDetection = "manual";
  scene.socket.cut();
  await scene.clock.advance(2_000);
  scene.greet("s2", ["turn-control"]);
  expect(scene.socket.sent[0]).toMatchObject({ type: "hello", turnDetection: "manual" });
});

test("automatic turns need no word", async () => {
  expect(told(await connected())).toEqual([]);
});

test("a server that knows no manual turns is not told of them, and the page is", async () => {
  const scene = await connected({ turnDetection: "manual" }, []);
  scene.client.typing();
  expect(told(scene)).toEqual([]);
  expect(() => {
    scene.client.startTurn();
  }).toThrow(expect.objectContaining({ code: "UNSUPPORTED_BY_SERVER" }) as Error);
});

test("without a connection there is no turn to begin", () => {
  const { client } = stage({ turnDetection: "manual" });
  client.typing();
  expect(() => {
    client.startTurn();
  }).toThrow(LLMRTCClientError);
});

test("a server that hangs up ends the call for good, and says why", async () => {
  const scene = await connected();
  scene.events.length = 0;
  scene.client.on("hangUp", (reason) => scene.events.push(["hang-up", reason]));
  scene.socket.say({ type: "hang-up", reason: "silence" });
  scene.socket.cut(4410);
  await scene.clock.advance(60_000);
  expect(scene.events).toEqual([
    ["hang-up", "silence"],
    ["state", "closed"],
  ]);
  expect(scene.sockets).toHaveLength(1);
});
