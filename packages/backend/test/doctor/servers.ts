import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { classes, Message, methods, parseMessage } from "werift";

/** A server on loopback, until `close`. */
export interface LocalServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers each datagram with what `answer` gives, or not at all. */
export async function udpServer(
  answer: (data: Buffer, port: number) => Buffer | undefined,
): Promise<LocalServer> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", (data, { port, address }) => {
    const reply = answer(data, port);
    if (reply) socket.send(reply, port, address);
  });
  return {
    port: socket.address().port,
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

/** Tells everybody that he comes from 203.0.113.9. */
export function stunServer(): Promise<LocalServer> {
  return udpServer((data, port) => {
    const request = parseMessage(data);
    if (!request) return undefined;
    const { transactionId } = request;
    return new Message(methods.BINDING, classes.RESPONSE, transactionId).setAttribute(
      "XOR-MAPPED-ADDRESS",
      ["203.0.113.9", port],
    ).bytes;
  });
}

/** Refuses each request with an error of that code. */
export function refusingServer(code: number): Promise<LocalServer> {
  return udpServer((data) => {
    const request = parseMessage(data);
    if (!request) return undefined;
    const { transactionId, messageMethod } = request;
    return new Message(messageMethod, classes.ERROR, transactionId)
      .setAttribute("ERROR-CODE", [code, ""])
      .setAttribute("REALM", "test")
      .setAttribute("NONCE", Buffer.from("nonce")).bytes;
  });
}

/** Does with each connection what `meet` says. */
export async function tcpServer(
  meet: (socket: Socket) => void,
  server: Server = createServer(),
): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined); // clients may leave as they like
    meet(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
