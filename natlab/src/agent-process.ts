// Runs in the lab: our server behind a TLS front on port 443, as behind any reverse proxy. Each ICE
// configuration has a server of its own, chosen by the name that the browser asks for.
// The message `cut` ends all connections through the front.
// Usage: agent-process <certificate.pem> <key.pem> <page script> <TURN secret>
import { LLMRTCServer, openSilero } from "@metered/llmrtc-backend";
import { EmbeddedSTTProvider } from "@metered/llmrtc-provider-embedded";
import { fakeLLM, fakeTTS } from "@metered/llmrtc-testing";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { iceServers } from "./agent-ice-servers.ts";
import { type Configuration, configurations } from "./ice-configurations.ts";
import { TlsFront } from "./tls-front.ts";

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

const front = new TlsFront({ cert: readFileSync(certificate), key: readFileSync(key) }, (name) =>
  ports.get(name.split(".")[0] ?? ""),
);
await front.listen(443);
process.on("message", (message) => {
  if (message === "cut") front.cut();
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
