/** Frames of a stream that are whole, without their padding, and the bytes after them. */
export interface StreamFrames {
  readonly frames: readonly Buffer[];
  readonly rest: Buffer;
}

const stunHeader = 20;
const magicCookie = 0x2112a442;
const channelHeader = 4;
/** First byte of ChannelData: channels are 0x4000 to 0x4fff (RFC 8656, 12). */
const lastChannelByte = 0x4f;
/**
 * More than any datagram of a call has, in bytes; and less than two letters make when they are taken for a
 * length, so that what speaks HTTP is found out at once.
 */
const longest = 8192;

/**
 * Cuts a TCP or TLS stream of a TURN server into STUN messages and ChannelData, which is padded to
 * four bytes here (RFC 8656, 12.5).
 *
 * @throws as soon as the bytes can be neither
 */
export function splitStream(bytes: Buffer): StreamFrames {
  const frames: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const length = frameLength(rest);
    if (length === undefined || rest.length < padded(length)) return { frames, rest };
    frames.push(rest.subarray(0, length));
    rest = rest.subarray(padded(length));
  }
}

/** Puts data for a peer into ChannelData (RFC 8656, 12.4). */
export function channelData(channel: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(channelHeader);
  header.writeUInt16BE(channel);
  header.writeUInt16BE(data.length, 2);
  return Buffer.concat([header, data]);
}

/** @returns undefined for what is no ChannelData, or cut short */
export function readChannelData(
  frame: Buffer,
): { readonly channel: number; readonly data: Buffer } | undefined {
  const first = frame[0] ?? 0;
  if (frame.length < channelHeader || first < 0x40 || first > lastChannelByte) return undefined;
  const end = channelHeader + frame.readUInt16BE(2);
  if (frame.length < end) return undefined;
  return { channel: frame.readUInt16BE(), data: frame.subarray(channelHeader, end) };
}

/** As it goes into a stream. */
export function padFrame(frame: Buffer): Buffer {
  const missing = padded(frame.length) - frame.length;
  return missing === 0 ? frame : Buffer.concat([frame, Buffer.alloc(missing)]);
}

/** Of the frame that begins here, in bytes; undefined as long as too little of it is there. */
function frameLength(bytes: Buffer): number | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  if (first > lastChannelByte) throw notTurn();
  const isChannel = first >= 0x40;
  if (!isChannel && bytes.length >= 8 && bytes.readUInt32BE(4) !== magicCookie) throw notTurn();
  if (bytes.length < 4) return undefined;
  const said = bytes.readUInt16BE(2);
  if (said > longest || (!isChannel && said % 4 !== 0)) throw notTurn();
  return said + (isChannel ? channelHeader : stunHeader);
}

const padded = (length: number): number => Math.ceil(length / 4) * 4;

const notTurn = (): Error => new Error("what comes over the connection is not TURN");
