import { classes, type Message, methods, parseMessage } from "werift";
import type { Address, LocalCandidate, PacketListener, Route } from "../ice/route.ts";
import { orAborted } from "../webrtc/abort.ts";
import type { TurnServer } from "../webrtc/ice-servers.ts";
import { addressOf, ownFamilies } from "../webrtc/name-lookup.ts";
import type { TurnCarrier } from "./carrier.ts";
import { Channels } from "./channels.ts";
import { openDatagramCarrier } from "./datagram-carrier.ts";
import { Dialogue } from "./dialogue.ts";
import { readChannelData } from "./frames.ts";
import { Login } from "./login.ts";
import { openStreamCarrier } from "./stream-carrier.ts";
import { keepUp, lifetimeSeconds } from "./upkeep.ts";

/** An allocation on a TURN server that gave none by then is given up. */
const allocateWithinMs = 5000;
/** How long a goodbye to a TURN server may hold up the end of a call. */
const releaseWithinMs = 500;
/** How long a TURN server may take to say that an allocation is still there. */
const confirmWithinMs = 1000;
/** REQUESTED-TRANSPORT: UDP between the relay and its peers. */
const relayOverUdp = 0x11000000;

/** A relayed address (RFC 8656), kept alive until `close`. */
export interface Relay extends Route {
  /** Aborts, with the reason, when the connection to the server is gone, and the allocation with it. */
  readonly lost: AbortSignal;
  /** Whether the server still has the allocation: one that restarted has forgotten it. */
  confirm(): Promise<boolean>;
}

export interface RelayOptions {
  readonly signal: AbortSignal;
  /** First and last UDP port towards the server; any free one when absent. */
  readonly portRange?: readonly [number, number] | undefined;
  /** Of its candidate among those of all servers, 0 being the best. */
  readonly rank?: number | undefined;
  /** The server would not prolong the allocation, or did not answer. */
  readonly refreshFailed: () => void;
}

/**
 * Asks a TURN server for a relayed address.
 *
 * @throws the signal's reason, a time-out, the socket's error, or what the server refuses with
 */
export async function allocateRelay(server: TurnServer, options: RelayOptions): Promise<Relay> {
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new Error("it did not answer in time"));
  }, allocateWithinMs);
  try {
    return await allocate(server, options, AbortSignal.any([options.signal, late.signal]));
  } finally {
    clearTimeout(timer);
  }
}

async function allocate(
  server: TurnServer,
  { portRange, rank, refreshFailed }: RelayOptions,
  within: AbortSignal,
): Promise<Relay> {
  const address = await orAborted(addressOf(server.host, ownFamilies()), within);
  const carrier =
    server.transport === "udp"
      ? await openDatagramCarrier([address, server.port], portRange)
      : await openStreamCarrier(server, address, within);
  const dialogue = new Dialogue(carrier, new Login(server));
  carrier.onFrame = (frame) => {
    dialogue.take(frame);
  };
  try {
    const asked = dialogue.ask(methods.ALLOCATE, (request) =>
      request
        .setAttribute("LIFETIME", lifetimeSeconds)
        .setAttribute("REQUESTED-TRANSPORT", relayOverUdp),
    );
    const granted = await orAborted(asked, AbortSignal.any([within, carrier.ended]));
    return new Allocation({ carrier, dialogue, granted, rank, refreshFailed });
  } catch (error) {
    dialogue.close(new Error("given up"));
    await carrier.close();
    throw error;
  }
}

interface Parts extends Pick<RelayOptions, "rank" | "refreshFailed"> {
  readonly carrier: TurnCarrier;
  readonly dialogue: Dialogue;
  readonly granted: Message;
}

class Allocation implements Relay {
  readonly candidate: LocalCandidate;
  readonly #carrier: TurnCarrier;
  readonly #dialogue: Dialogue;
  readonly #channels: Channels;
  readonly #stopUpkeep: () => void;
  #listener: PacketListener = () => undefined;
  #forgotten = false;

  /** @throws when the server granted no address */
  constructor({ carrier, dialogue, granted, rank, refreshFailed }: Parts) {
    const address = addressIn(granted, "XOR-RELAYED-ADDRESS");
    const related = addressIn(granted, "XOR-MAPPED-ADDRESS") ?? null;
    if (address === undefined) throw new Error("it granted no address");
    this.candidate = { type: "relay", address, related, rank };
    this.#carrier = carrier;
    this.#dialogue = dialogue;
    this.#channels = new Channels(dialogue, carrier);
    this.#stopUpkeep = keepUp(granted.getAttributeValue("LIFETIME"), {
      refresh: () => this.#refresh(lifetimeSeconds),
      failed: refreshFailed,
    });
    carrier.onFrame = (frame) => {
      this.#receive(frame);
    };
  }

  get lost(): AbortSignal {
    return this.#carrier.ended;
  }

  send(data: Uint8Array, to: Address): void {
    if (this.#isThere) this.#channels.send(data, to);
  }

  listen(listener: PacketListener): void {
    this.#listener = listener;
  }

  async confirm(): Promise<boolean> {
    if (!this.#isThere) return false;
    const within = AbortSignal.any([AbortSignal.timeout(confirmWithinMs), this.lost]);
    this.#forgotten = await orAborted(this.#refresh(lifetimeSeconds), within).then(
      () => false,
      () => true,
    );
    return !this.#forgotten;
  }

  /**
   * Gives the allocation back (RFC 8656, 7.1). Over UDP it would else count against the user's and the
   * server's quotas for ten minutes more.
   */
  async close(): Promise<void> {
    this.#stopUpkeep();
    if (this.#isThere) {
      const released = orAborted(this.#refresh(0), AbortSignal.timeout(releaseWithinMs));
      await released.catch(() => undefined); // it expires
    }
    this.#dialogue.close(new Error("the relay has been given back"));
    await this.#carrier.close();
  }

  get #isThere(): boolean {
    return !this.#forgotten && !this.lost.aborted;
  }

  /** @returns what is granted, in seconds */
  async #refresh(seconds: number): Promise<unknown> {
    const response = await this.#dialogue.ask(methods.REFRESH, (request) =>
      request.setAttribute("LIFETIME", seconds),
    );
    return response.getAttributeValue("LIFETIME");
  }

  #receive(frame: Buffer): void {
    const inChannel = readChannelData(frame);
    if (inChannel === undefined) {
      this.#read(frame);
      return;
    }
    const peer = this.#channels.peerOf(inChannel.channel);
    if (peer) this.#listener(inChannel.data, peer);
  }

  /** A peer that we may send to can speak from another port than ours is a channel for. */
  #read(frame: Buffer): void {
    const message = parseMessage(frame);
    if (message?.messageClass !== classes.INDICATION) {
      this.#dialogue.take(frame);
      return;
    }
    const data: unknown = message.getAttributeValue("DATA");
    const peer = addressIn(message, "XOR-PEER-ADDRESS");
    if (peer && Buffer.isBuffer(data)) this.#listener(data, peer);
  }
}

function addressIn(
  message: Message,
  attribute: "XOR-RELAYED-ADDRESS" | "XOR-MAPPED-ADDRESS" | "XOR-PEER-ADDRESS",
): Address | undefined {
  const value: unknown = message.getAttributeValue(attribute);
  return Array.isArray(value) ? [String(value[0]), Number(value[1])] : undefined;
}
