import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import * as z from "zod";
import { type Outcome, outcomeOf } from "../ice/probe/fault.ts";
import { withinLimit } from "../ice/probe/limit.ts";
import { orAborted } from "../transport/webrtc/abort.ts";
import type { Finding, Verdicts } from "./doctor-finding.ts";

const nameWithinMs = 1_200;
const answerWithinMs = 1_000;

export interface HttpPort {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
}

/** Whether the server could listen, or does so already. */
export async function checkHttpPort(
  { host, port }: HttpPort,
  { signal }: { readonly signal: AbortSignal },
): Promise<Finding> {
  const at = { subject: "this machine", check: "HTTP port" };
  const address = await addressOf(host, signal);
  if (!address.ok) {
    const silent = address.fault.kind === "silent";
    return {
      ...at,
      verdict: "failed",
      finding: `the name ${host} does not resolve${silent ? ": the resolver does not answer" : ""}`,
      remedy: silent
        ? "Check this machine's DNS resolver, or set HOST to an address."
        : "Set HOST to an address of this machine; 0.0.0.0 for all.",
    };
  }
  const where = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { ...at, ...(await judgePort(where, { host: address.value, port })) };
}

/** As `listen` does it. */
function addressOf(host: string, signal: AbortSignal): Promise<Outcome<string>> {
  return outcomeOf(
    withinLimit({ signal, ms: nameWithinMs }, async (within) => {
      return (await orAborted(lookup(host), within)).address;
    }),
  );
}

async function judgePort(
  where: string,
  { host, port }: HttpPort,
): Promise<Omit<Verdicts, "check">> {
  const code = await listenOnce(host, port);
  switch (code) {
    case undefined:
      return { verdict: "ok", finding: `${where} is free` };
    case "EADDRINUSE":
      if (await isOurs(host, port)) {
        return { verdict: "ok", finding: `${where} is served by a running LLMRTC server` };
      }
      return {
        verdict: "failed",
        finding: `${where} is taken by another program`,
        remedy: "End that program, or choose another port with PORT or --port.",
      };
    case "EACCES":
      return {
        verdict: "failed",
        finding: `${where} may not be opened by this user`,
        remedy: "Choose a port above 1023, and put a proxy before it where you need 443.",
      };
    default:
      return {
        verdict: "failed",
        finding: `${where} cannot be opened (${code})`,
        remedy: "Set HOST to an address of this machine; 0.0.0.0 for all.",
      };
  }
}

async function listenOnce(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    server.close();
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

const health = z.object({ ok: z.literal(true) });

async function isOurs(host: string, port: number): Promise<boolean> {
  const local = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  const name = local.includes(":") ? `[${local}]` : local;
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const response = await fetch(`http://${name}:${port}/health`, { signal });
    return health.safeParse(await response.json()).success;
  } catch {
    return false; // whoever it is does not answer like us
  }
}
