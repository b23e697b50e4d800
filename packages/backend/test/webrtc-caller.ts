import type { CandidateInit } from "@metered/llmrtc-core";
import {
  MediaStreamTrack,
  type RTCDataChannel,
  RTCPeerConnection,
  type RTCRtpTransceiver,
  RtpHeader,
  RtpPacket,
  useOPUS,
} from "werift";
import { SpeechDecoder, SpeechEncoder } from "../src/media/opus.ts";
import {
  openWebRtcTransport,
  type WebRtcTransport,
  type WebRtcTransportOptions,
} from "../src/transport/webrtc/transport.ts";
import { isLoud, nextEvent, type TextCaller, tone } from "./transport-contract.ts";

/** A client made of werift, in this process. */
export class WebRtcCaller implements TextCaller {
  readonly transport: WebRtcTransport;
  readonly peer: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  readonly voice: RTCRtpTransceiver;
  readonly #track = new MediaStreamTrack({ kind: "audio" });
  readonly #encoder = new SpeechEncoder();
  readonly #decoder = new SpeechDecoder();
  readonly #texts: string[] = [];
  #wake: (() => void) | undefined;
  #loud = 0;
  #sequence = 65_530;
  #timestamp = 0xffff_f000;
  #vanished = false;

  constructor(transport: WebRtcTransport) {
    this.transport = transport;
    this.peer = new RTCPeerConnection({
      iceServers: [],
      iceAdditionalHostAddresses: ["127.0.0.1"],
      bundlePolicy: "max-bundle",
      codecs: { audio: [useOPUS()], video: [] },
    });
    this.voice = this.peer.addTransceiver(this.#track, { direction: "sendrecv" });
    this.channel = this.peer.createDataChannel("data");
    for (const { connection } of this.peer.iceTransports) delete connection.stunServer;
    const seen = new Set<MediaStreamTrack>();
    this.voice.onTrack.subscribe((track) => {
      if (seen.has(track)) return;
      seen.add(track);
      track.onReceiveRtp.subscribe(({ payload }) => {
        const pcm = this.#decoder.decode(payload);
        if (pcm !== undefined && isLoud(pcm)) this.#loud += 20;
      });
    });
    this.channel.onMessage.subscribe((data) => {
      this.#texts.push(String(data));
      this.#wake?.();
    });
  }

  async offer(iceRestart = false): Promise<string> {
    await this.peer.setLocalDescription(await this.peer.createOffer({ iceRestart }));
    return this.peer.localDescription?.sdp ?? "";
  }

  async negotiate(options: { trickle?: boolean; iceRestart?: boolean } = {}): Promise<string> {
    const answer = await this.transport.acceptOffer(await this.offer(options.iceRestart), {
      trickle: options.trickle ?? false,
    });
    await this.peer.setRemoteDescription({ type: "answer", sdp: answer });
    return answer;
  }

  async connect(): Promise<this> {
    const connected = nextEvent(this.transport, "connected");
    const open = new Promise<void>((resolve) => {
      this.channel.stateChanged.subscribe((state) => {
        if (state === "open") resolve();
      });
    });
    await this.negotiate();
    await Promise.all([connected, open]);
    return this;
  }

  /** One 20 ms packet of tone. */
  sendPacket(): void {
    const header = new RtpHeader({
      sequenceNumber: this.#sequence,
      timestamp: this.#timestamp,
      payloadType: 96,
    });
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + 960) >>> 0;
    const payload = this.#encoder.encode(tone(20, 24_000));
    this.#track.writeRtp(new RtpPacket(header, Buffer.from(payload)));
  }

  async speak(ms: number): Promise<void> {
    const startedAt = performance.now();
    for (let sent = 0; sent < ms; sent += 20) {
      this.sendPacket();
      const dueIn = startedAt + sent + 20 - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueIn)));
    }
  }

  heardMs(): number {
    return this.#loud;
  }

  sendText(text: string): void {
    this.channel.send(text);
  }

  sendBytes(bytes: Uint8Array): void {
    this.channel.send(Buffer.from(bytes));
  }

  async nextText(): Promise<string> {
    while (this.#texts.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#texts.shift() ?? "";
  }

  async hangUp(): Promise<void> {
    await this.peer.sctpTransport?.stop();
    await new Promise(setImmediate); // werift does not wait for the goodbye to leave
    await this.peer.close();
  }

  async vanish(): Promise<void> {
    this.#vanished = true;
    await Promise.all(this.peer.iceTransports.map(({ connection }) => connection.close()));
  }

  async close(): Promise<void> {
    await this.transport.close();
    if (!this.#vanished) await this.peer.close();
  }
}

export async function openCall(
  options: Partial<WebRtcTransportOptions> = {},
): Promise<WebRtcCaller> {
  return new WebRtcCaller(await openWebRtcTransport({ iceServers: [], ...options }));
}

export const candidatesIn = (sdp: string): CandidateInit[] =>
  [...sdp.matchAll(/^a=(candidate:.*)$/gm)].map(([, candidate = ""]) => ({
    candidate,
    sdpMid: "0",
  }));
