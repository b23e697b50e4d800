/** An IP address, never a name, and a UDP port. */
export type Address = readonly [host: string, port: number];

export type CandidateType = "host" | "srflx" | "relay";

/** An address at which the client may reach us. */
export interface LocalCandidate {
  readonly type: CandidateType;
  readonly address: Address;
  /** What lies behind `address`: for those who debug networks, null where there is nothing behind. */
  readonly related: Address | null;
  /** Among those of its type, 0 being the best; by default in the order in which they are told. */
  readonly rank?: number | undefined;
}

export type PacketListener = (data: Buffer, from: Address) => void;

/**
 * One way for datagrams in and out: a socket of this machine, or an allocation on a TURN server. What
 * several calls share may stand behind it, as long as each call gets only its own packets.
 */
export interface Route {
  readonly candidate: LocalCandidate;
  /** A datagram that cannot be sent is lost, as on any network. */
  send(data: Uint8Array, to: Address): void;
  /** One listener; packets before there is one are lost. */
  listen(listener: PacketListener): void;
  close(): Promise<void>;
}

export function isLoopback(host: string): boolean {
  return host.startsWith("127.") || host === "::1";
}

/** Whether a datagram from one could reach the other at all. */
export function canReach(from: string, to: string): boolean {
  return from.includes(":") === to.includes(":") && isLoopback(from) === isLoopback(to);
}
