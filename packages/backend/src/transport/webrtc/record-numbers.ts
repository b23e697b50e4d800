import type { RTCDtlsTransport } from "werift";

/** Of one handshake's records: a dozen, more when the first messages are asked for again. */
const mostHandshakeRecords = 32;

/**
 * To be called when the handshake is over, before any message.
 *
 * werift 0.24.4 numbers its `Finished` like the records before it, but starts to count again at 1 for
 * messages, so that one message has the number of `Finished` (the eighth record, most often). Both
 * are of epoch 1, where each number is used once (RFC 6347, 4.1): browsers take the message for a
 * replay and drop it, SCTP sends it again after one to three seconds and holds back all that follow;
 * and AES-GCM would have used a nonce twice. A gap in the numbers is nothing: it looks like loss.
 */
export function skipHandshakeNumbers({ dtls }: RTCDtlsTransport): void {
  const context = dtls?.dtls;
  if (context === undefined) return;
  context.recordSequenceNumber = Math.max(context.recordSequenceNumber, mostHandshakeRecords);
}
