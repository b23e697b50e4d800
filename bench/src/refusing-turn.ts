import { createSocket } from "node:dgram";

const allocateRequest = 0x0003;
const allocateError = 0x0113;
const headerBytes = 20;

/** ERROR-CODE 401, REALM and NONCE (RFC 8489, 14). */
const refusal = Buffer.concat([
  attribute(0x0009, Buffer.from([0, 0, 4, 1])),
  attribute(0x0014, Buffer.from("bench")),
  attribute(0x0015, Buffer.from("once")),
]);

/** A TURN server on this machine to which every password is wrong. */
export async function startRefusingTurn(): Promise<{ readonly url: string; close(): void }> {
  const socket = createSocket("udp4");
  socket.on("message", (request, { address, port }) => {
    if (request.length < headerBytes || request.readUInt16BE(0) !== allocateRequest) return;
    const response = Buffer.concat([request.subarray(0, headerBytes), refusal]);
    response.writeUInt16BE(allocateError, 0);
    response.writeUInt16BE(refusal.length, 2);
    socket.send(response, port, address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  return {
    url: `turn:127.0.0.1:${socket.address().port}?transport=udp`,
    close: () => {
      socket.close();
    },
  };
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}
