import { StrangerError } from "./fault.ts";

const headerBytes = 20;
const magicCookie = 0x2112a442;

/** STUN messages that are whole, and the bytes after them. */
export interface StreamFrames {
  readonly messages: readonly Buffer[];
  readonly rest: Buffer;
}

/**
 * Cuts a TCP or TLS stream into STUN messages by their length field (RFC 8489 section 5 and 6.2.2).
 * We bind no channels, so a TURN server sends nothing else.
 *
 * @throws {StrangerError} as soon as the bytes cannot be STUN
 */
export function splitStream(bytes: Buffer): StreamFrames {
  const messages: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    if (!mayBeStun(rest)) throw new StrangerError("This is not STUN");
    if (rest.length < headerBytes) break;
    const length = headerBytes + rest.readUInt16BE(2);
    if (rest.length < length) break;
    messages.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

/** Two zero bits first, a length in whole words, the magic cookie: as far as they have arrived. */
function mayBeStun(bytes: Buffer): boolean {
  const [first = 0, , , length = 0] = bytes;
  if ((first & 0xc0) !== 0 || (length & 3) !== 0) return false;
  return bytes.length < 8 || bytes.readUInt32BE(4) === magicCookie;
}
