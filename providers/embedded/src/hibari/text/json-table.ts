const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;

function opens(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b; // { [
}

function closes(byte: number | undefined): boolean {
  return byte === 0x7d || byte === 0x5d; // } ]
}

/** Where the string that starts at `at` has its last quote. */
function closingQuote(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== quote) end += bytes[end] === backslash ? 2 : 1;
  return end;
}

/** The comma or bracket behind the value that starts at `at`. */
function endOfValue(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (let end = at; end < bytes.length; end++) {
    const byte = bytes[end];
    if (byte === quote) end = closingQuote(bytes, end);
    else if (opens(byte)) depth++;
    else if (depth === 0 && (byte === comma || closes(byte))) return end;
    else if (closes(byte)) depth--;
  }
  return bytes.length;
}

/** Tells where each key of the object (or string of the array) at `at` starts and ends, quotes included. */
function visitKeys(
  bytes: Uint8Array,
  at: number,
  visit: (start: number, end: number) => void,
): void {
  for (let start = at + 1; bytes[start] === quote;) {
    const end = closingQuote(bytes, start) + 1;
    visit(start, end);
    start = (bytes[end] === colon ? endOfValue(bytes, end + 1) : end) + 1;
  }
}

/** FNV-1a over a stretch of bytes. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5;
  for (let i = start; i < end; i++) sum = Math.imul(sum ^ (bytes[i] ?? 0), 0x01000193);
  return sum >>> 0;
}

/**
 * A big JSON object, or a JSON array of strings, looked up in its own bytes: a hash table of key
 * positions is all that is added. As Maps of strings our dictionaries would take ten times the room.
 *
 * The JSON must be written without blanks, and its strings with no more escapes than needed, as
 * `JSON.stringify` writes them.
 */
export class JsonTable {
  readonly #bytes: Uint8Array;
  /** Position of a key's first quote plus one, at its hash or in the next free slot; 0 is free. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  readonly #scratch: Uint8Array;
  /** Bytes of the longest key, quotes included. */
  readonly #longest: number;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();

  /** @param at where in `bytes` the object or array starts; the bytes stay in use */
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    let count = 0;
    let longest = 0;
    visitKeys(bytes, at, (start, end) => {
      count++;
      longest = Math.max(longest, end - start);
    });
    this.#longest = longest;
    this.#scratch = new Uint8Array(6 * longest + 2);
    const slots = new Uint32Array(2 ** Math.ceil(Math.log2(1.4 * count + 2)));
    const mask = slots.length - 1;
    visitKeys(bytes, at, (start, end) => {
      let slot = hash(bytes, start, end) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = start + 1;
    });
    this.#slots = slots;
    this.#mask = mask;
  }

  has(key: string): boolean {
    return this.#behind(key) !== -1;
  }

  /** The value of `key`, parsed afresh on each call; `undefined` if there is no such key. */
  get(key: string): unknown {
    const behind = this.#behind(key);
    if (behind === -1) return undefined;
    const value = this.#bytes.subarray(behind + 1, endOfValue(this.#bytes, behind + 1));
    return JSON.parse(this.#decoder.decode(value));
  }

  /** The object or array at `key` as a table of its own, over the same bytes. */
  table(key: string): JsonTable {
    const behind = this.#behind(key);
    if (behind === -1) throw new RangeError(`There is no table "${key}"`);
    return new JsonTable(this.#bytes, behind + 1);
  }

  /** Position just behind the key in the JSON, or -1. */
  #behind(key: string): number {
    if (key.length + 2 > this.#longest) return -1;
    const { written } = this.#encoder.encodeInto(JSON.stringify(key), this.#scratch);
    let slot = hash(this.#scratch, 0, written) & this.#mask;
    for (let at = this.#slots[slot]; at !== undefined && at !== 0; at = this.#slots[slot]) {
      if (this.#isAt(at - 1, written)) return at - 1 + written;
      slot = (slot + 1) & this.#mask;
    }
    return -1;
  }

  #isAt(at: number, length: number): boolean {
    for (let i = 0; i < length; i++) if (this.#bytes[at + i] !== this.#scratch[i]) return false;
    return true;
  }
}
