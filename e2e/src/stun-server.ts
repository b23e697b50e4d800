import { createSocket } from "node:dgram";

const bindingRequest = 0x0001;
const bindingSuccess = 0x0101;
const magicCookie = 0x2112_a442;
const xorMappedAddress = 0x0020;
const ipv4 = 0x01;
const headerBytes = 20;

export interface StunServer {
  /** As it goes into an ICE server list. */
  readonly url: string;
  close(): void;
}

/**
 * A STUN server on this machine (RFC 8489, Binding only, IPv4).
 *
 * @param answers false makes one that takes every packet and says nothing, like a firewall
 */
export async function startStun({ answers = true } = {}): Promise<StunServer> {
  const socket = createSocket("udp4");
  socket.on("message", (request, { address, port }) => {
    if (!answers || request.length < headerBytes) return;
    if (request.readUInt16BE(0) !== bindingRequest || request.readUInt32BE(4) !== magicCookie)
      return;
    const response = Buffer.alloc(headerBytes + 12);
    response.writeUInt16BE(bindingSuccess, 0);
    response.writeUInt16BE(12, 2);
    request.copy(response, 4, 4, headerBytes); // cookie and transaction id
    response.writeUInt16BE(xorMappedAddress, 20);
    response.writeUInt16BE(8, 22);
    response.writeUInt8(ipv4, 25);
    response.writeUInt16BE(port ^ (magicCookie >>> 16), 26);
    const bytes = address.split(".").map(Number);
    const ip = bytes.reduce((value, byte) => value * 256 + byte, 0);
    response.writeUInt32BE((ip ^ magicCookie) >>> 0, 28);
    socket.send(response, port, address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  return {
    url: `stun:127.0.0.1:${socket.address().port}`,
    close: () => {
      socket.close();
    },
  };
}
