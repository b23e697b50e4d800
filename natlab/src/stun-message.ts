import { createHmac, randomBytes } from "node:crypto";

export const magicCookie = 0x2112_a442;
const headerBytes = 20;

/** Message types of RFC 8489 and RFC 8656 that we send. */
export const requests = { binding: 0x0001, allocate: 0x0003, refresh: 0x0004, permit: 0x0008 };

/** Attribute types of RFC 8489, RFC 8656 and RFC 5780. */
export const attributes = {
  changeRequest: 0x0003,
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  requestedFamily: 0x0017,
  requestedTransport: 0x0019,
  xorMappedAddress: 0x0020,
};

export interface StunMessage {
  readonly type: number;
  /** 12 bytes in hexadecimal. */
  readonly transaction: string;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** An attribute's value; an IPv6 address is masked with the transaction. */
export type AttributeValue = Buffer | ((transaction: Buffer) => Buffer);
export type Attributes = readonly (readonly [type: number, value: AttributeValue])[];

/**
 * A request with a transaction of its own.
 *
 * @param key of MESSAGE-INTEGRITY, which is appended when there is one
 */
export function encodeRequest(
  type: number,
  values: Attributes,
  key?: Buffer,
): { readonly bytes: Buffer; readonly transaction: string } {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(magicCookie, 4);
  const transaction = randomBytes(12);
  transaction.copy(header, 8);
  const body = Buffer.concat(
    values.map(([kind, value]) =>
      encodeAttribute(kind, typeof value === "function" ? value(transaction) : value),
    ),
  );
  header.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  const unsigned = Buffer.concat([header, body]);
  const bytes = key
    ? Buffer.concat([
        unsigned,
        encodeAttribute(attributes.integrity, createHmac("sha1", key).update(unsigned).digest()),
      ])
    : unsigned;
  return { bytes, transaction: transaction.toString("hex") };
}

/** Undefined when it is no STUN message. */
export function decodeMessage(bytes: Buffer): StunMessage | undefined {
  if (bytes.length < headerBytes || bytes.readUInt32BE(4) !== magicCookie) return undefined;
  const found = new Map<number, Buffer>();
  for (let at = headerBytes; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 2);
    found.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  const transaction = bytes.subarray(8, headerBytes).toString("hex");
  return { type: bytes.readUInt16BE(0), transaction, attributes: found };
}

function encodeAttribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}
