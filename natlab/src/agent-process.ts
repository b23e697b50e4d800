// Runs in the lab: our server behind a TLS front on port 443, as behind any reverse proxy. Each ICE
// configuration has a server of its own, chosen by the name that the browser asks for.
// The message `cut` ends all connections through the front.
// Usage: agent-process <certificate.pem> <key.pem> <page script> <TURN secret>
import { LLMRTCServer, openSilero } from "@metered/llmrtc-backend";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { fakeLLM, fakeTTS } from "@metered/llmrtc-testing";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { iceServers } from "./agent-ice-servers.ts";
import { type Configuration, configurations } from "./ice-configurations.ts";

const [certificate = "", key = "", pageScript = "", secret = ""] = process.argv.slice(2);
const script = readFileSync(pageScript);

const stt = new EmbeddedSTTProvider();
const tts = fakeTTS({ msPerCharacter: 30 });
const story = "And then he walked on for another mile or so. ".repeat(100);
// A story comes no faster than it is told, or all of it would be made at once.
const llm = fakeLLM({
  tokenDelayMs: 100,
  reply: ({ messages }) =>
    messages.at(-1)?.content === "Tell me a story" ? story : "I heard you.",
});
const voiceDetector = await openSilero({});

const ports = new Map<string, number>();
for (const configuration of configurations) {
  ports.set(configuration, await startServer(configuration));
}

const through = new Set<net.Socket>();
const front = tls.createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (socket) => {
    const [configuration = ""] = (socket.servername || "").split(".");
    const port = ports.get(configuration);
    if (port === undefined) {
      socket.destroy();
      return;
    }
    const server = net.connect(port, "127.0.0.1");
    // A browser that goes away in the middle of something is everyday life.
    through.add(socket);
    socket.on("close", () => {
      through.delete(socket);
      server.destroy();
    });
    socket.on("error", () => server.destroy());
    server.on("error", () => socket.destroy());
    socket.pipe(server).pipe(socket);
  },
);
front.on("tlsClientError", () => undefined); // a browser's speculative connection
front.listen(443);
await once(front, "listening");
process.on("message", (message) => {
  if (message !== "cut") return;
  for (const socket of through) socket.destroy();
});
process.send?.("ready");

/** @returns its port on this host's loopback */
async function startServer(configuration: Configuration): Promise<number> {
  const server = new LLMRTCServer({
    providers: { llm, stt, tts },
    voiceDetector,
    port: 0,
    playground: false,
    iceServers: iceServers(configuration, secret),
  });
  const app = server.getApp();
  app.get("/call", (_, response) => {
    response.type("html").send("<!doctype html><title>call</title><script src=/call.js></script>");
  });
  app.get("/call.js", (_, response) => {
    response.type("js").send(script);
  });
  const listening = once(server, "listening");
  await server.start();
  const [{ port }] = (await listening) as [{ readonly port: number }];
  return port;
}
