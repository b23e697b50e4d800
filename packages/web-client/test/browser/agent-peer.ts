import { parseClientMessage, type CandidateInit, type ClientMessage } from "@metered/llmrtc-core";
import { Decoder, Encoder } from "@evan/opus";
import {
  MediaStreamTrack,
  RTCPeerConnection,
  RtpHeader,
  RtpPacket,
  type RTCDataChannel,
  type RTCIceCandidate,
} from "werift";

const frameSamples = 960; // 20 ms at 48 kHz
const toneHz = 440;

/** The server's half of a call: speaks a tone, counts what it hears. */
export class AgentPeer {
  readonly connection = new RTCPeerConnection({
    // A STUN server of our own choice, as werift would ask one on the internet without any.
    iceServers: [{ urls: "stun:127.0.0.1:9" }],
    iceAdditionalHostAddresses: ["127.0.0.1"],
    iceInterfaceAddresses: { udp4: "127.0.0.1" },
    iceUseIpv6: false,
  });
  channel: RTCDataChannel | undefined;
  /** What came by the data channel. */
  readonly messages: ClientMessage[] = [];
  /** The highest sample of each frame heard, 0 to 32767. */
  heard: number[] = [];
  readonly #decoder = new Decoder({ channels: 1, sample_rate: 48_000 });
  readonly #voice = new MediaStreamTrack({ kind: "audio" });
  #applied: Promise<void> | undefined;
  #tone: NodeJS.Timeout | undefined;

  constructor() {
    this.connection.onDataChannel.subscribe((channel) => {
      this.channel = channel;
      channel.onMessage.subscribe((data) => {
        this.messages.push(parseClientMessage(data.toString()));
      });
    });
    this.connection.onTrack.subscribe((track) => {
      track.onReceiveRtp.subscribe((packet) => {
        const pcm = Buffer.from(this.#decoder.decode(packet.payload));
        const samples = Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(2 * at));
        this.heard.push(Math.max(...samples));
      });
    });
  }

  /** Answers an offer, at once with `onCandidate`, else with all candidates inside. */
  async answer(sdp: string, onCandidate?: (candidate: RTCIceCandidate) => void): Promise<string> {
    const { connection } = this;
    const applied = connection.setRemoteDescription({ type: "offer", sdp });
    this.#applied = applied;
    await applied;
    const [audio] = connection.getTransceivers();
    audio?.setDirection("sendrecv");
    await audio?.sender.replaceTrack(this.#voice);
    if (onCandidate) {
      connection.onIceCandidate.subscribe((candidate) => {
        if (candidate) onCandidate(candidate);
      });
    }
    // werift's own gathering waits 5 s for a STUN server that is silent; hosts are enough here.
    for (const { connection: ice } of connection.iceTransports)
      Reflect.deleteProperty(ice, "stunServer");
    const answer = await connection.createAnswer();
    await connection.setLocalDescription(answer);
    return connection.localDescription?.sdp ?? answer.sdp;
  }

  /** From JSON, so what is absent is not there as undefined either. */
  async take(candidate: CandidateInit): Promise<void> {
    await this.#applied; // it came after the offer that it belongs to
    await this.connection.addIceCandidate(candidate as RTCIceCandidateInit);
  }

  speak(): void {
    const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application: "voip" });
    const tone = Int16Array.from({ length: frameSamples }, (_, at) =>
      Math.round(12_000 * Math.sin((2 * Math.PI * toneHz * at) / 48_000)),
    );
    let sequenceNumber = 0;
    this.#tone = setInterval(() => {
      sequenceNumber += 1;
      const payload = Buffer.from(encoder.encode(Buffer.from(tone.buffer)));
      const timestamp = sequenceNumber * frameSamples;
      const header = new RtpHeader({ payloadType: 111, sequenceNumber, timestamp, marker: false });
      this.#voice.writeRtp(new RtpPacket(header, payload));
    }, 20);
  }

  async close(): Promise<void> {
    clearInterval(this.#tone);
    await this.connection.close();
  }
}
