import { LLMRTCError } from "@metered/llmrtc-core";
import { once } from "node:events";
import type { Server } from "node:http";
import type { WebSocketServer } from "ws";

/** @throws {LLMRTCError} `ADDRESS_IN_USE`; `INVALID_CONFIG` when this machine cannot listen there */
export async function listening(http: Server, port: number, host: string): Promise<void> {
  http.listen(port, host);
  try {
    await once(http, "listening");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (code === "EADDRINUSE") {
      throw new LLMRTCError("ADDRESS_IN_USE", `Port ${port} on ${host} is in use`, { cause });
    }
    const why = whyNot(code, port, host);
    throw why === undefined ? cause : new LLMRTCError("INVALID_CONFIG", why, { cause });
  }
}

function whyNot(code: string, port: number, host: string): string | undefined {
  switch (code) {
    case "EADDRNOTAVAIL":
      return `host: this machine has no address ${host}`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `host: there is no name ${host}`;
    case "EACCES":
      return `port: this user may not listen on port ${port}`;
    default:
      return undefined;
  }
}

/**
 * Clients that come while the models load wait instead of being turned away.
 *
 * @returns what lets them and all later ones in
 */
export function holdUpgrades(http: Server, sockets: WebSocketServer): () => void {
  let waiting: (() => void)[] | undefined = [];
  http.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {
      socket.destroy(); // reset while it waited; once admitted, ws listens too
    });
    const admit = (): void => {
      if (socket.destroyed) return;
      sockets.handleUpgrade(request, socket, head, (client) => {
        sockets.emit("connection", client, request);
      });
    };
    if (waiting) waiting.push(admit);
    else admit();
  });
  return () => {
    const held = waiting ?? [];
    waiting = undefined;
    for (const admit of held) admit();
  };
}

/** Resolves when no connection is left. */
export function closed(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => {
      resolve();
    });
    http.closeAllConnections();
  });
}

/** Clients that do not answer the goodbye within a second are cut off. */
export function closedSockets(sockets: WebSocketServer): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
    }, 1_000);
    const done = (): void => {
      if (sockets.clients.size > 0) return;
      clearTimeout(cut);
      sockets.close(() => {
        resolve();
      });
    };
    for (const socket of sockets.clients) {
      socket.on("close", () => setImmediate(done));
      socket.close(1001, "server stops"); // those who are not let in yet
    }
    done();
  });
}
