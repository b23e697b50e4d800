import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { classes, Message, methods, parseMessage } from "werift";
import type { TurnServer } from "../../src/transport/webrtc/ice-servers.ts";
import { splitStream } from "../../src/transport/turn/frames.ts";

/** What a TURN server says to a request, which came as that frame; undefined: nothing. */
export type Answer = (
  request: Message,
  frame: Buffer,
) => Message | undefined | Promise<Message | undefined>;

/** A TURN server on loopback that relays nothing. */
export interface FakeTurn {
  readonly server: TurnServer;
  readonly url: string;
  /** All that came, in order: `allocate`, `refresh 600`, `permission`, `bind`, `data`. */
  readonly heard: readonly string[];
  /** What comes back; `grant()` by default. */
  answer: Answer;
  /** Resolves when that came once more. */
  next(what: string): Promise<void>;
  close(): Promise<void>;
}

/** One over TCP or TLS. */
export interface FakeStreamTurn extends FakeTurn {
  /** So many connections have come. */
  readonly connections: number;
  /** Does something with the connections that are open. */
  each(what: (socket: Socket) => void): void;
  /** Does so with each that comes from now on, instead of listening to it. */
  meet: ((socket: Socket) => void) | undefined;
  /** Listens no more; connections stay. */
  stop(): void;
}

export const relayed = ["203.0.113.7", 50_000] as const;

/** Says yes to all. */
export const grant =
  ({
    seconds = 600,
    address = relayed,
  }: { seconds?: number; address?: readonly [string, number] } = {}) =>
  (request: Message): Message =>
    reply(request)
      .setAttribute("XOR-RELAYED-ADDRESS", [...address])
      .setAttribute("XOR-MAPPED-ADDRESS", [...address])
      .setAttribute("LIFETIME", seconds);

export function reply(request: Message): Message {
  return new Message(request.messageMethod, classes.RESPONSE, request.transactionId);
}

export function refuse(request: Message, code: number): Message {
  const response = new Message(request.messageMethod, classes.ERROR, request.transactionId);
  return response.setAttribute("ERROR-CODE", [code, "no"]);
}

/** Lets in who knows the password, with the nonce of the moment (RFC 8489, 9.2.4). */
export function guarded(answer: Answer, { nonce }: { nonce: () => string }): Answer {
  const key = createHash("md5").update(`${login.username}:test:${login.credential}`).digest();
  return async (request, frame) => {
    const challenge = (code: number): Message =>
      refuse(request, code)
        .setAttribute("REALM", "test")
        .setAttribute("NONCE", Buffer.from(nonce()));
    const shown: unknown = request.getAttributeValue("NONCE");
    if (!Buffer.isBuffer(shown)) return challenge(401);
    if (shown.toString() !== nonce()) return challenge(438);
    if (parseMessage(frame, key) === undefined) return challenge(401);
    return (await answer(request, frame))?.addMessageIntegrity(key);
  };
}

/** Whether this machine speaks IPv6 at all, if only with itself. */
export const hasIPv6 = Object.values(networkInterfaces()).some((addresses = []) =>
  addresses.some(({ address }) => address === "::1"),
);

const login = { username: "user", credential: "password" };
const names = new Map<number, string>([
  [methods.ALLOCATE, "allocate"],
  [methods.CREATE_PERMISSION, "permission"],
  [methods.CHANNEL_BIND, "bind"],
]);

class Hearing {
  readonly heard: string[] = [];
  answer: Answer = grant();
  readonly #waiting = new Set<(what: string) => void>();

  async take(frame: Buffer, send: (response: Buffer) => void): Promise<void> {
    const request = parseMessage(frame);
    this.#hear(request ? nameOf(request) : "data");
    const response = request && (await this.answer(request, frame));
    if (response) send(response.bytes);
  }

  next(what: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = (said: string): void => {
        if (said !== what) return;
        this.#waiting.delete(waiting);
        resolve();
      };
      this.#waiting.add(waiting);
    });
  }

  #hear(what: string): void {
    this.heard.push(what);
    for (const waiting of [...this.#waiting]) waiting(what);
  }
}

function nameOf(request: Message): string {
  const lifetime: unknown = request.getAttributeValue("LIFETIME");
  return names.get(request.messageMethod) ?? `refresh ${String(lifetime)}`;
}

export async function fakeDatagramTurn(host: "127.0.0.1" | "::1" = "127.0.0.1"): Promise<FakeTurn> {
  const hearing = new Hearing();
  const socket = createSocket(host === "::1" ? "udp6" : "udp4");
  socket.on("message", (frame, { port, address }) => {
    void hearing.take(frame, (response) => {
      socket.send(response, port, address);
    });
  });
  socket.bind(0, host);
  await once(socket, "listening");
  const { port } = socket.address();
  return Object.assign(hearing, {
    server: { host, port, transport: "udp" as const, ...login },
    url: `turn:${host === "::1" ? "[::1]" : host}:${port}`,
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  });
}

/** @param tls over TLS, with a name that the certificate is made out to */
export async function fakeStreamTurn(
  tls?: TlsOptions & { readonly host: string },
): Promise<FakeStreamTurn> {
  const hearing = new Hearing();
  const open = new Set<Socket>();
  const listen = (socket: Socket): void => {
    turn.connections += 1;
    open.add(socket);
    socket.on("error", () => undefined); // clients may leave as they like
    socket.on("close", () => open.delete(socket));
    if (turn.meet) {
      turn.meet(socket);
      return;
    }
    let pending: Buffer = Buffer.alloc(0);
    socket.on("data", (bytes) => {
      const { frames, rest } = splitStream(Buffer.concat([pending, bytes]));
      pending = rest;
      for (const frame of frames) void hearing.take(frame, (response) => socket.write(response));
    });
  };
  const listener = tls ? createTlsServer(tls) : createTcpServer();
  listener.on(tls ? "secureConnection" : "connection", listen);
  listener.on("tlsClientError", () => undefined); // a client that does not trust us
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const host = tls?.host ?? "127.0.0.1";
  const turn = Object.assign(hearing, {
    server: { host, port, transport: tls ? ("tls" as const) : ("tcp" as const), ...login },
    url: `${tls ? "turns" : "turn"}:${host}:${port}?transport=tcp`,
    connections: 0,
    meet: undefined as FakeStreamTurn["meet"],
    each: (what: (socket: Socket) => void) => {
      open.forEach(what);
    },
    stop: () => void listener.close(),
    close: async () => {
      for (const socket of open) socket.destroy();
      if (!listener.listening) return;
      listener.close();
      await once(listener, "close");
    },
  });
  return turn;
}
