import { isIPv6 } from "node:net";
import { type AttributeValue, magicCookie } from "./stun-message.ts";

/** `203.0.113.20:40000` from an XOR-…-ADDRESS attribute in IPv4. */
export function decodeAddress(value: Buffer): string {
  const port = value.readUInt16BE(2) ^ (magicCookie >>> 16);
  const ip = (value.readUInt32BE(4) ^ magicCookie) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (ip >>> shift) & 0xff).join(".")}:${port}`;
}

/** The value of an XOR-…-ADDRESS attribute (RFC 8489, 14.2). */
export function encodeAddress(ip: string, port: number): AttributeValue {
  return (transaction) => {
    const mask = Buffer.alloc(16);
    mask.writeUInt32BE(magicCookie, 0);
    transaction.copy(mask, 4);
    const bytes = isIPv6(ip) ? ipv6Bytes(ip) : ipv4Bytes(ip);
    const head = Buffer.from([0, isIPv6(ip) ? 2 : 1, 0, 0]);
    head.writeUInt16BE(port ^ (magicCookie >>> 16), 2);
    return Buffer.concat([head, bytes.map((byte, at) => byte ^ mask.readUInt8(at))]);
  };
}

function ipv4Bytes(ip: string): Buffer {
  return Buffer.from(ip.split(".").map(Number));
}

/** Also `::10.0.0.1`, whose last four bytes are written as in IPv4. */
function ipv6Bytes(ip: string): Buffer {
  const [head = "", tail] = ip.split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  return Buffer.concat([before, Buffer.alloc(16 - before.length - after.length), after]);
}

function groups(text: string): Buffer {
  const parts = text === "" ? [] : text.split(":");
  return Buffer.concat(
    parts.map((part) => {
      if (part.includes(".")) return ipv4Bytes(part);
      return Buffer.from(part.padStart(4, "0"), "hex");
    }),
  );
}
