import type { CallOptions } from "@metered/llmrtc-core";

/** The table of `oov.json`: ids count from 1 in both lists; 0 is the net's blank. */
export interface LetterTable {
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly maxlen: number;
}

/** Runs the net `oov.onnx` once; see {@link TextFrontEndParts}. */
export type LetterNet = (chars: BigInt64Array) => Promise<ArrayLike<bigint | number>>;

/** Words that are remembered: names come back within a conversation. */
const capacity = 1000;

/** Reads words that no dictionary knows from their letters, each once as long as it is remembered. */
export class LettersToSounds {
  readonly #net: LetterNet;
  readonly #letters: ReadonlyMap<string, bigint>;
  readonly #sounds: readonly string[];
  readonly #longest: number;
  /** Least recently used first. */
  readonly #remembered = new Map<string, Promise<string>>();

  constructor(table: LetterTable, net: LetterNet) {
    this.#net = net;
    this.#letters = new Map(table.in.map((letter, i) => [letter, BigInt(i + 1)]));
    this.#sounds = ["", ...table.out];
    this.#longest = table.maxlen;
  }

  /** @returns phonemes; empty if the net knows none of the letters */
  async read(word: string, { signal }: CallOptions = {}): Promise<string> {
    signal?.throwIfAborted();
    const ids = this.#idsOf(word);
    if (ids.length === 0) return "";
    const key = ids.join();
    const reading = this.#remembered.get(key) ?? this.#run(ids, key);
    this.#remembered.delete(key);
    this.#remembered.set(key, reading);
    if (this.#remembered.size > capacity) {
      const [oldest] = this.#remembered.keys();
      if (oldest !== undefined) this.#remembered.delete(oldest);
    }
    return await reading;
  }

  /** Ids of the letters that the net knows, as many as it takes. */
  #idsOf(word: string): bigint[] {
    const ids: bigint[] = [];
    for (const letter of word) {
      const id = this.#letters.get(letter);
      if (id !== undefined) ids.push(id);
      if (ids.length === this.#longest) break;
    }
    return ids;
  }

  async #run(ids: readonly bigint[], key: string): Promise<string> {
    try {
      return this.#decode(await this.#net(BigInt64Array.from(ids)));
    } catch (error) {
      this.#remembered.delete(key);
      throw error;
    }
  }

  /** CTC: a frame's repeat of the one before says nothing new, and neither does a blank. */
  #decode(frames: ArrayLike<bigint | number>): string {
    let sounds = "";
    let previous = 0;
    for (const frame of Array.from(frames, Number)) {
      if (frame !== previous) sounds += this.#sounds[frame] ?? "";
      previous = frame;
    }
    return sounds;
  }
}
