import { randomInt } from "node:crypto";
import { type RTCDtlsTransport, RTCPeerConnection, RtpHeader, useOPUS } from "werift";
import type { Leg, LegEvents } from "./leg.ts";
import { Signalling } from "./signalling.ts";

const ticksPerFrame = 960;
const connectWithinMs = 15_000;

/**
 * Opens a call as a browser does: offer and answer on the socket, sound and messages on the peer connection.
 *
 * The packets that come are looked at as they are, encrypted: their headers tell all that is measured,
 * and the caller must not take the server's share of the machine.
 */
export async function openWebRtcLeg(url: string, events: LegEvents): Promise<Leg> {
  const signalling = await Signalling.open(url);
  const peer = new RTCPeerConnection({
    iceServers: [],
    iceAdditionalHostAddresses: ["127.0.0.1"],
    iceUseIpv4: false,
    iceUseIpv6: false,
    bundlePolicy: "max-bundle",
    codecs: { audio: [useOPUS()], video: [] },
  });
  const voice = peer.addTransceiver("audio", { direction: "sendrecv" });
  const channel = peer.createDataChannel("data");
  for (const { connection } of peer.iceTransports) delete connection.stunServer;
  signalling.on((message) => {
    if (message.type === "candidate") return; // loopback is enough, and in the answer
    events.message(message);
  });
  channel.onMessage.subscribe((text) => {
    // Otherwise it comes on the socket too.
    if (!signalling.features.has("one-channel")) return;
    events.message(JSON.parse(String(text)) as { type: string });
  });

  await peer.setLocalDescription(await peer.createOffer());
  const answered = signalling.next("signal");
  const sdp = peer.localDescription?.sdp;
  signalling.say({ type: "offer", signal: { type: "offer", sdp } });
  const { signal } = await answered;
  const { sdp: answer } = signal as { readonly sdp: string };
  await peer.setRemoteDescription({ type: "answer", sdp: answer });
  const [dtls] = peer.dtlsTransports;
  if (dtls === undefined) throw new Error("no transport");
  await connected(dtls);
  dtls.config.debug = { inboundPacketLoss: Number.MIN_VALUE }; // werift drops all sound itself
  dtls.iceTransport.connection.onData.subscribe((packet) => {
    const payloadType = (packet[1] ?? 0) & 0x7f;
    const isRtp = (packet[0] ?? 0) >> 6 === 2 && (payloadType < 64 || payloadType > 95);
    if (isRtp) events.packet(packet.readUInt32BE(4), performance.now());
  });
  signalling.socket.on("close", () => {
    events.ended();
  });

  const payloadType = voice.codecs[0]?.payloadType ?? 96;
  const { ssrc } = voice.sender;
  let sequenceNumber = randomInt(0x10000);
  let timestamp = randomInt(0x100000000);
  return {
    attests: signalling.features.has("playout"),
    send(payload) {
      const header = new RtpHeader({ payloadType, ssrc, sequenceNumber, timestamp });
      sequenceNumber = (sequenceNumber + 1) & 0xffff;
      timestamp = (timestamp + ticksPerFrame) >>> 0;
      void dtls.sendRtp(Buffer.from(payload.buffer, payload.byteOffset, payload.length), header);
    },
    say(message) {
      if (channel.readyState === "open") channel.send(JSON.stringify(message));
      else signalling.say(message);
    },
    async close() {
      signalling.socket.terminate();
      await peer.close();
    },
  };
}

function connected(dtls: RTCDtlsTransport): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error("the call did not connect in time"));
    }, connectWithinMs);
    const look = (): void => {
      if (dtls.state !== "connected") return;
      clearTimeout(timer);
      resolve();
    };
    dtls.onStateChange.subscribe(look);
    look();
  });
}
