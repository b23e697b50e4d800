import { LLMRTCServer, type LLMRTCServerConfig } from "@metered/llmrtc-backend";
import type { ServerMessage } from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { WebRtcTransport } from "../src/transport/webrtc/transport.ts";
import { Log } from "./log.ts";
import { WebRtcCaller } from "./webrtc-caller.ts";

/** Where the caller of these tests seems to call from. */
const home = "203.0.113.77";

const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function serve(config: Partial<LLMRTCServerConfig>) {
  const log = new Log();
  const server = new LLMRTCServer({
    providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
    port: 0,
    voiceDetector: fakeVoiceDetector(),
    endOfTurn: { model: false },
    logger: log,
    ...config,
  });
  cleanUp.push(() => server.stop({ drainMs: 0 }));
  await server.start();
  server.getServer()?.prependListener("connection", (socket: Socket) => {
    Object.defineProperty(socket, "remoteAddress", { value: home });
  });
  return { log, server };
}

const portOf = ({ server }: { readonly server: LLMRTCServer }): number =>
  (server.getServer()?.address() as AddressInfo).port;

async function next<Type extends ServerMessage["type"]>(socket: WebSocket, type: Type) {
  for (;;) {
    const [data] = (await once(socket, "message")) as [Buffer];
    const message = JSON.parse(data.toString()) as ServerMessage;
    if (message.type === type) return message as Extract<ServerMessage, { readonly type: Type }>;
  }
}

/** A caller who is connected, after an offer that nobody can use. */
async function call(at: { readonly server: LLMRTCServer }): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${portOf(at)}`);
  cleanUp.push(() => {
    socket.terminate();
  });
  await next(socket, "ready");
  const send = (message: object) => {
    socket.send(JSON.stringify(message));
  };
  send({ type: "offer", signal: { type: "offer", sdp: `v=0\r\nc=IN IP4 ${home}\r\n` } });
  await next(socket, "error");
  const caller = new WebRtcCaller({} as WebRtcTransport);
  cleanUp.push(() => caller.peer.close());
  send({ type: "offer", signal: { type: "offer", sdp: await caller.offer() } });
  const { signal } = await next(socket, "signal");
  await caller.peer.setRemoteDescription({ type: "answer", sdp: signal.sdp });
}

/** A port of this machine on which nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The ways in which a caller's address comes into lines of a log. */
async function trouble(config: Partial<LLMRTCServerConfig>) {
  const turn = `turn:127.0.0.1:${await deadPort()}?transport=tcp`;
  const at = await serve({
    iceServers: async () => [{ urls: turn, username: "user", credential: "pass" }],
    hooks: {
      onConnection: () => {
        const refused = Object.assign(new Error(`connect ECONNREFUSED ${home}:5432`), {
          address: home,
        });
        throw new Error("no database", { cause: refused });
      },
    },
    ...config,
  });
  await call(at);
  const { log } = at;
  const [letIn, , path] = await Promise.all([
    log.line("caller let in"),
    log.line("hook failed"),
    log.line("path of a call"),
    log.line("ICE server gave no candidate"),
  ]);
  return { log, letIn, path };
}

describe("the server's log", () => {
  test("holds no address of a caller, whatever goes wrong", async () => {
    const { log, letIn, path } = await trouble({});
    expect(letIn).toMatchObject({ sessionId: expect.any(String) as string, address: "203.0.x.x" });
    expect(path).toMatchObject({ sessionId: expect.any(String) as string, remote: "host" });
    expect(log.text).toContain("ECONNREFUSED 203.0.x.x:5432");
    expect(log.text).not.toContain(home);
  });

  test("holds them in full when asked to", async () => {
    const { log, letIn, path } = await trouble({ logAddresses: true });
    expect(letIn).toMatchObject({ address: home });
    const address = expect.stringMatching(/:\d+$/) as string;
    expect(path).toMatchObject({ caller: address, server: address });
    expect(log.text).toContain(`ECONNREFUSED ${home}:5432`);
  });

  test("holds no offer and no candidate either way", async () => {
    const { log } = await trouble({ logAddresses: true });
    expect(log.text).not.toMatch(/candidate:|a=|c=IN/);
  });

  test("tells from where somebody calls who is refused, masked", async () => {
    const at = await serve({ iceServers: [], authenticate: () => false });
    new WebSocket(`ws://127.0.0.1:${portOf(at)}`);
    expect(await at.log.line("caller refused")).toMatchObject({ code: 4401, address: "203.0.x.x" });
  });

  test("tells for whom a proxy asks, masked, and nothing that is no address", async () => {
    const at = await serve({ iceServers: [] });
    const from = async (forwarded: string) => {
      const socket = new WebSocket(`ws://127.0.0.1:${portOf(at)}`, {
        headers: { "X-Forwarded-For": forwarded },
      });
      await next(socket, "ready");
      return at.log.lines.findLast(({ message }) => message === "caller let in")?.fields;
    };
    expect(await from("198.51.100.9, 10.0.0.1")).toMatchObject({
      address: "203.0.x.x",
      forwardedFor: "198.51.x.x",
    });
    expect(await from("<script>")).toMatchObject({ forwardedFor: undefined });
  });

  test("is masked where plain JavaScript says anything but true", async () => {
    const logAddresses = "false" as unknown as boolean;
    const { log } = await trouble({ logAddresses });
    expect(log.text).not.toContain(home);
  });

  test("leaves the server's own addresses readable, and those of its ICE servers", async () => {
    const stun = "198.51.100.9";
    const at = await serve({
      iceServers: [{ urls: `stun:${stun}:3478` }],
      announcedAddresses: ["198.51.100.7"],
      hooks: {
        onConnection: () => {
          throw new Error(`neither ${stun} nor 198.51.100.7, but 198.51.100.8`);
        },
      },
    });
    await next(new WebSocket(`ws://127.0.0.1:${portOf(at)}`), "ready");
    await at.log.line("hook failed");
    expect(at.log.text).toContain(`neither ${stun} nor 198.51.100.7, but 198.51.x.x`);
  });
});
