import type { RTCDtlsTransport } from "werift";

/** Places in a DTLS record that holds a handshake message (RFC 6347, 4.1 and 4.2.2). */
const fragmentOffsetAt = 19;
const handshake = 22;
/** No hello is longer; a stranger's junk costs no more. */
const mostPackets = 8;

/**
 * Hands werift the client's first DTLS message when it listens for it. A browser sends it as soon as its own ICE has
 * a path, some milliseconds before werift's has; lost, it would come again only 50 ms later, and then
 * after twice as long each time (RFC 6347, 4.2.4).
 */
export function keepEarlyDtls(dtls: RTCDtlsTransport): void {
  const { onData } = dtls.iceTransport.connection;
  let kept: Buffer[] = [];
  const data = onData.subscribe((packet) => {
    if (packet.length <= fragmentOffsetAt + 2 || packet[0] !== handshake) return;
    const isFirst = packet.readUIntBE(fragmentOffsetAt, 3) === 0;
    if (isFirst) kept = []; // sent again: two answers would contradict each other
    if (kept.length < mostPackets) kept.push(packet);
  });
  const state = dtls.onStateChange.subscribe(() => {
    data.unSubscribe();
    state.unSubscribe();
    // It says that it connects just before it listens.
    queueMicrotask(() => {
      for (const packet of kept) onData.execute(packet);
      kept = [];
    });
  });
}
