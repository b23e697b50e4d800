import { randomInt } from "node:crypto";
import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Address, LocalCandidate, PacketListener, Route } from "./route.ts";

/** In a range that is nearly full it is better to give up one address than to search for long. */
const mostTries = 100;

/**
 * A UDP socket of this machine's.
 *
 * @param host where others reach it: an address of an interface, or one that leads here port by port
 * @param range first and last port; any free one when absent
 * @throws when the address or every port that was tried is taken
 */
export async function openHostRoute(
  host: string,
  range: readonly [number, number] | undefined,
): Promise<Route> {
  const socket = await bind(host, range);
  return new HostRoute(socket, {
    type: "host",
    address: [host, socket.address().port],
    related: null,
  });
}

/** Addresses are no names. Node would look each datagram's up, and one whose socket closes meanwhile is lost. */
const lookup: SocketOptions["lookup"] = (address, _, found) => {
  found(null, address, isIP(address));
};

class HostRoute implements Route {
  readonly candidate: LocalCandidate;
  readonly #socket: Socket;
  #closed = false;

  constructor(socket: Socket, candidate: LocalCandidate) {
    this.candidate = candidate;
    this.#socket = socket;
    socket.on("error", () => undefined); // what cannot be sent is lost
  }

  send(data: Uint8Array, [host, port]: Address): void {
    if (this.#closed) return;
    this.#socket.send(data, port, host, () => undefined); // with a callback nothing is thrown
  }

  listen(listener: PacketListener): void {
    this.#socket.on("message", (data, { address, port }) => {
      listener(data, [address, port]);
    });
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    return new Promise((resolve) => {
      this.#socket.close(resolve);
    });
  }
}

async function bind(host: string, range: readonly [number, number] | undefined): Promise<Socket> {
  if (range === undefined) return bindTo(host, 0);
  const [first, last] = range;
  const ports = last - first + 1;
  const start = randomInt(ports); // from below, many calls would try each taken port first
  for (let n = 0; n < Math.min(ports, mostTries); n += 1) {
    try {
      return await bindTo(host, first + ((start + n) % ports));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
  throw new Error(`no free port for ${host}`);
}

/** To the address itself where it is ours, so that answers leave from where the question came in. */
function bindTo(host: string, port: number): Promise<Socket> {
  const six = isIP(host) === 6;
  const socket = createSocket(
    six ? { type: "udp6", ipv6Only: true, lookup } : { type: "udp4", lookup },
  );
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address: isOwn(host) ? host : six ? "::" : "0.0.0.0" }, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

function isOwn(host: string): boolean {
  const all = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses);
  return host.startsWith("127.") || all.some(({ address }) => address === host);
}
