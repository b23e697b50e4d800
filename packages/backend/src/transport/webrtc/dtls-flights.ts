/** What passes every network in one piece, with room for the headers of a relay and of IPv6. */
const largestDatagram = 1200;

/**
 * Sends the records of one DTLS flight together (RFC 6347, 4.1.1 allows several in a datagram). werift
 * makes a datagram of each: five packets of which none may be lost, and through a TURN server over
 * TCP the second waits until the first is acknowledged, 40 ms (Nagle's algorithm, RFC 896).
 *
 * @param send gets whole datagrams, in the order of the records
 */
export function packFlights(send: (datagram: Uint8Array) => void): (packet: Buffer) => void {
  let pending: Buffer[] = [];
  const flush = (): void => {
    if (pending.length > 0) send(Buffer.concat(pending));
    pending = [];
  };
  return (packet) => {
    if (!isHandshake(packet)) {
      flush(); // messages stay behind the handshake that they need
      send(packet);
      return;
    }
    const size = pending.reduce((sum, { length }) => sum + length, packet.length);
    if (size > largestDatagram) flush();
    if (pending.length === 0) setImmediate(flush);
    pending.push(packet);
  };
}

/** `change_cipher_spec` or `handshake` (RFC 5246, 6.2.1). */
function isHandshake(packet: Buffer): boolean {
  return packet[0] === 20 || packet[0] === 22;
}
