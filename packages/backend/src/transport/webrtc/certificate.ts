import {
  type RTCCertificate,
  RTCDtlsTransport,
  RTCPeerConnection,
  type RTCSessionDescription,
} from "werift";

let certificate: Promise<RTCCertificate> | undefined;
let warm: Promise<void> | undefined;

/** The process's DTLS certificate, self-signed: made once, for all calls. */
export function processCertificate(): Promise<RTCCertificate> {
  certificate ??= RTCDtlsTransport.SetupCertificate();
  return certificate;
}

/**
 * Makes the certificate and one whole connection inside this process, so that the first caller does not
 * pay for loading and compiling the cryptography, which blocks the event loop. Await it before
 * the server listens.
 */
export function warmUpWebRtc(): Promise<void> {
  warm ??= connectToSelf();
  return warm;
}

async function connectToSelf(): Promise<void> {
  const config = {
    iceServers: [],
    iceAdditionalHostAddresses: ["127.0.0.1"],
    iceInterfaceAddresses: { udp4: "127.0.0.1" },
    iceUseIpv6: false,
    certificates: [await processCertificate()],
  };
  const caller = new RTCPeerConnection(config);
  const callee = new RTCPeerConnection(config);
  try {
    caller.createDataChannel("warm");
    forgetDefaultStun(caller);
    await caller.setLocalDescription(await caller.createOffer());
    await callee.setRemoteDescription(localDescription(caller));
    forgetDefaultStun(callee);
    await callee.setLocalDescription(await callee.createAnswer());
    const open = callee.onDataChannel.asPromise(3000);
    await caller.setRemoteDescription(localDescription(callee));
    await open;
  } catch {
    // then only the first call is slower
  } finally {
    await Promise.all([caller.close(), callee.close()]);
  }
}

/** Without servers werift would look up stun.l.google.com. */
function forgetDefaultStun(peer: RTCPeerConnection): void {
  for (const { connection } of peer.iceTransports) delete connection.stunServer;
}

function localDescription(peer: RTCPeerConnection): RTCSessionDescription {
  const description = peer.localDescription;
  if (description === null) throw new Error("no local description");
  return description;
}
