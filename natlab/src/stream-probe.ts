// Runs in the lab: tells which ports of the TURN server answer over TCP, TLS or both. Prints JSON.
// Usage: stream-probe <authority.pem>
import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { addresses, turnHost } from "./addresses.ts";
import { decodeMessage, encodeRequest, requests } from "./stun-message.ts";

const [authority = ""] = process.argv.slice(2);
const ca = readFileSync(authority);
const answerWithinMs = 700;

/** Whether a STUN server answers there. */
async function answers(socket: net.Socket, ready: "connect" | "secureConnect"): Promise<boolean> {
  const signal = AbortSignal.timeout(answerWithinMs);
  try {
    await once(socket, ready, { signal });
    socket.write(encodeRequest(requests.binding, []).bytes);
    const [bytes] = (await once(socket, "data", { signal })) as [Buffer];
    return decodeMessage(bytes) !== undefined;
  } catch {
    return false; // refused, cut off or silent: no way through
  } finally {
    socket.on("error", () => undefined).destroy();
  }
}

const host = addresses.turn;
const found: Record<number, string> = {};
for (const port of [3478, 5349, 443]) {
  const [tcp, secure] = await Promise.all([
    answers(net.connect({ host, port }), "connect"),
    answers(tls.connect({ host, port, servername: turnHost, ca }), "secureConnect"),
  ]);
  const names = [tcp && "tcp", secure && "tls"].filter(Boolean);
  found[port] = names.length > 0 ? names.join(" and ") : "none";
}
process.stdout.write(JSON.stringify(found));
