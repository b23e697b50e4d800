import { methods } from "werift";
import type { Address } from "../ice/route.ts";
import type { TurnCarrier } from "./carrier.ts";
import type { Dialogue } from "./dialogue.ts";
import { channelData } from "./frames.ts";

/**
 * A channel lasts ten minutes, but the permission that it brings five (RFC 8656, 9 and 12): a strict
 * server passes nothing on after that.
 */
const permittedMs = 295_000;
const renewAfterMs = 240_000;
/** A peer that was refused is not asked for with each packet. */
const againAfterMs = 5000;
/** Datagrams that may wait for one channel: checks, and the beginning of a handshake. */
const mostWaiting = 16;
const firstNumber = 0x4000;
const mostChannels = 0x1000;

interface Channel {
  readonly number: number;
  readonly peer: Address;
  boundAt: number;
  isAsking: boolean;
  askAfter: number;
  waiting: Buffer[];
}

/** The ways from a relay to the peers that it may send to, each opened with the first packet. */
export class Channels {
  readonly #dialogue: Dialogue;
  readonly #carrier: TurnCarrier;
  readonly #byPeer = new Map<string, Channel>();
  readonly #byNumber = new Map<number, Channel>();

  constructor(dialogue: Dialogue, carrier: TurnCarrier) {
    this.#dialogue = dialogue;
    this.#carrier = carrier;
  }

  /** What the server does not let through is lost: it need not for every address that a client names. */
  send(data: Uint8Array, peer: Address): void {
    const channel = this.#channelTo(peer);
    if (channel === undefined) return;
    const age = now() - channel.boundAt;
    if (age > renewAfterMs) this.#bind(channel);
    const frame = channelData(channel.number, data);
    if (age < permittedMs) this.#carrier.send(frame);
    else if (channel.isAsking && channel.waiting.length < mostWaiting) channel.waiting.push(frame);
  }

  /** Whose channel that is; undefined for one that we have not opened. */
  peerOf(channel: number): Address | undefined {
    return this.#byNumber.get(channel)?.peer;
  }

  #channelTo(peer: Address): Channel | undefined {
    const key = peer.join(" ");
    const known = this.#byPeer.get(key);
    if (known !== undefined || this.#byPeer.size === mostChannels) return known;
    const number = firstNumber + this.#byPeer.size;
    const never = { boundAt: -Infinity, isAsking: false, askAfter: -Infinity, waiting: [] };
    const channel: Channel = { number, peer, ...never };
    this.#byPeer.set(key, channel);
    this.#byNumber.set(number, channel);
    return channel;
  }

  #bind(channel: Channel): void {
    const askedAt = now();
    if (channel.isAsking || askedAt < channel.askAfter) return;
    channel.isAsking = true;
    channel.askAfter = askedAt + againAfterMs;
    this.#dialogue
      .ask(methods.CHANNEL_BIND, (request) =>
        request
          .setAttribute("CHANNEL-NUMBER", channel.number)
          .setAttribute("XOR-PEER-ADDRESS", [...channel.peer]),
      )
      .then(
        () => {
          channel.boundAt = askedAt;
          for (const frame of channel.waiting) this.#carrier.send(frame);
        },
        () => undefined, // the next packet asks again
      )
      .finally(() => {
        channel.isAsking = false;
        channel.waiting = [];
      });
  }
}

const now = (): number => performance.now();
