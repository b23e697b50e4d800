import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { IceServer } from "@metered/llmrtc-core";
import { openCarrier } from "../../src/ice/probe/carrier.ts";
import { outcomeOf } from "../../src/ice/probe/fault.ts";
import { probeStun } from "../../src/ice/probe/probe.ts";

const program = process.env["TURNSERVER_PATH"] ?? "turnserver";

export interface CoturnOptions {
  /** Lines of its configuration besides ports and where it listens. */
  readonly lines: readonly string[];
  readonly certificate?: { readonly cert: string; readonly key: string };
}

export interface Coturn {
  readonly port: number;
  readonly tlsPort: number;
  close(): Promise<void>;
}

/** Starts coturn on loopback, on ports of its own, and waits until it listens. */
export async function startCoturn({ lines, certificate }: CoturnOptions): Promise<Coturn> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "llmrtc-coturn-"));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const file = (name: string) => path.join(folder, name);
  const tls = certificate
    ? [`tls-listening-port=${tlsPort}`, `cert=${file("cert.pem")}`, `pkey=${file("key.pem")}`]
    : ["no-tls"];
  const configuration = [
    "listening-ip=127.0.0.1",
    "relay-ip=127.0.0.1",
    `listening-port=${port}`,
    "realm=doctor.test",
    "no-cli",
    "no-dtls",
    "no-rfc5780",
    "log-file=stdout",
    `userdb=${file("users.db")}`,
    `pidfile=${file("pid")}`,
    ...tls,
    ...lines,
  ];
  if (certificate) {
    await writeFile(file("cert.pem"), certificate.cert);
    await writeFile(file("key.pem"), certificate.key);
  }
  await writeFile(file("turnserver.conf"), configuration.join("\n"));
  const child = spawn(program, ["-c", file("turnserver.conf")], { stdio: "ignore", cwd: folder });
  const ended = once(child, "exit");
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      ready(certificate ? [port, tlsPort] : [port], port),
      ended.then(() => {
        throw new Error("coturn ended at once");
      }),
    ]);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, tlsPort, close };
}

/** TURN REST credentials for `ttlSeconds` from now. */
export function ephemeral(secret: string, ttlSeconds: number): Omit<IceServer, "urls"> {
  const username = `${Math.floor(Date.now() / 1000) + ttlSeconds}:doctor`;
  const credential = createHmac("sha1", secret).update(username).digest("base64");
  return { username, credential };
}

/** A port that is free for UDP and TCP. */
export async function freePort(): Promise<number> {
  const tcp = createServer().listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket("udp4").bind(port, "127.0.0.1");
  await once(udp, "listening");
  udp.close();
  tcp.close();
  await Promise.all([once(tcp, "close"), once(udp, "close")]);
  return port;
}

/** coturn says nothing when it is ready, so that we ask until it answers, UDP last. */
async function ready(ports: readonly number[], udp: number): Promise<void> {
  const { signal } = new AbortController();
  const address = "127.0.0.1";
  const open = async (): Promise<boolean> => {
    const carriers = await Promise.all(
      ports.map((port) =>
        outcomeOf(openCarrier({ transport: "tcp", host: address, address, port }, { signal })),
      ),
    );
    for (const carrier of carriers) if (carrier.ok) carrier.value.close();
    if (!carriers.every(({ ok }) => ok)) return false;
    return (await probeStun({ host: address, port: udp }, address, { signal })).binding.ok;
  };
  while (!(await open())) await new Promise((resolve) => setTimeout(resolve, 20));
}
