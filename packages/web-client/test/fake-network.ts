import type { ClientMessage, ServerMessage } from "@metered/llmrtc-core";
import { manualClock, settle } from "@metered/llmrtc-testing";
import { LLMRTCWebClient, type WebClientConfig } from "../src/index.ts";
import type { Environment } from "../src/environment.ts";
import type { SocketAudio, SocketAudioOptions } from "../src/media/socket-audio.ts";

/** The other end of a WebSocket is the test. */
export class FakeSocket extends EventTarget {
  readonly OPEN = 1;
  readyState = 0;
  readonly sent: ClientMessage[] = [];
  readonly url: string;
  readonly protocols: readonly string[];

  constructor(url: string, protocols: readonly string[]) {
    super();
    this.url = url;
    this.protocols = protocols;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientMessage);
  }

  close(): void {
    this.readyState = 3;
  }

  /** The server says something: a message, or any text. */
  say(message: ServerMessage | string): void {
    if (this.readyState === 3) return;
    this.readyState = 1;
    const data = typeof message === "string" ? message : JSON.stringify(message);
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  cut(code = 1006): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  types(): string[] {
    return this.sent.map(({ type }) => type);
  }
}

class FakeChannel extends EventTarget {
  readyState = "connecting";
  bufferedAmount = 0;
  readonly sent: string[] = [];

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = "closed";
  }
}

/** An RTCPeerConnection whose network is the test. */
export class FakePeer extends EventTarget {
  configuration: RTCConfiguration;
  readonly channel = new FakeChannel();
  readonly candidates: unknown[] = [];
  readonly tracks: (MediaStreamTrack | null)[] = [];
  readonly sctp = { maxMessageSize: 1000 };
  connectionState = "new";
  iceConnectionState = "new";
  iceGatheringState = "new";
  signalingState = "stable";
  localDescription: { readonly sdp: string } | null = null;
  remoteDescription: unknown = null;
  restarts = 0;
  /** Of the agent's voice, so far; undefined: the browser does not count. */
  packets: number | undefined;
  /** What `getStats` says of the connection, in W3C's webrtc-stats. */
  stats: readonly { readonly id: string }[] = [];
  #offers = 0;

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = checked(configuration);
  }

  getConfiguration(): RTCConfiguration {
    return this.configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = checked(configuration);
  }

  async getStats(): Promise<unknown> {
    return new Map(this.stats.map((one) => [one.id, one]));
  }

  createDataChannel(): FakeChannel {
    return this.channel;
  }

  addTransceiver(): unknown {
    const replaceTrack = async (track: MediaStreamTrack | null): Promise<void> => {
      this.tracks.push(track);
    };
    const getStats = async (): Promise<unknown> =>
      new Map(this.packets === undefined ? [] : [["in", { packetsReceived: this.packets }]]);
    return { sender: { replaceTrack }, receiver: { getStats } };
  }

  async setLocalDescription(): Promise<void> {
    this.#offers += 1;
    this.localDescription = { sdp: `offer ${this.#offers}` };
    this.signalingState = "have-local-offer";
  }

  async setRemoteDescription(description: unknown): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = "stable";
  }

  async addIceCandidate(candidate: unknown): Promise<void> {
    this.candidates.push(candidate);
  }

  restartIce(): void {
    this.restarts += 1;
  }

  close(): void {
    this.connectionState = "closed";
  }

  become(connectionState: string): void {
    if (this.connectionState === "closed") return;
    this.connectionState = connectionState;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  openChannel(): void {
    this.channel.readyState = "open";
    this.channel.dispatchEvent(new Event("open"));
  }

  find(candidate: string | null): void {
    const init = { candidate, sdpMid: "0" };
    const found = candidate === null ? null : { candidate, toJSON: () => init };
    this.dispatchEvent(Object.assign(new Event("icecandidate"), { candidate: found }));
  }

  /** A STUN or TURN server says no, or nothing (701). */
  fail(errorCode: number): void {
    this.dispatchEvent(Object.assign(new Event("icecandidateerror"), { errorCode }));
  }

  finishGathering(): void {
    this.iceGatheringState = "complete";
    this.dispatchEvent(new Event("icegatheringstatechange"));
  }
}

/** As browsers do: one URL that is none costs the whole list. */
function checked(configuration: RTCConfiguration): RTCConfiguration {
  const urls = (configuration.iceServers ?? []).flatMap(({ urls }) => urls);
  if (urls.some((url) => url.includes("//"))) throw new SyntaxError("no ICE server URL");
  return configuration;
}

/** Sound over the socket, without sound. */
export class FakeAudio implements SocketAudio {
  readonly codec = "pcm";
  readonly stream = {} as MediaStream;
  readonly tracks: (MediaStreamTrack | null)[] = [];
  readonly received: Uint8Array[] = [];
  readonly options: SocketAudioOptions;
  flushes = 0;
  closed = false;

  constructor(options: SocketAudioOptions) {
    this.options = options;
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.tracks.push(track);
  }

  receive(bytes: Uint8Array): void {
    this.received.push(bytes);
  }

  flush(): void {
    this.flushes += 1;
  }

  close(): void {
    this.closed = true;
  }
}

export const ourFeatures = ["trickle", "text", "interim", "turn-id", "one-channel", "interrupt"];

/** A client whose clock, sockets and peers are the test's, and what it has emitted. */
export function stage(config: Partial<WebClientConfig> = {}) {
  const clock = manualClock();
  const sockets: FakeSocket[] = [];
  const peers: FakePeer[] = [];
  const audios: FakeAudio[] = [];
  const networkListeners = new Set<() => void>();
  let hasWebRtc = true;
  const environment: Environment = {
    clock,
    random: () => 0.5,
    openSocket(url, protocols) {
      const socket = new FakeSocket(url, protocols);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    createPeer(configuration) {
      if (!hasWebRtc) throw new ReferenceError("RTCPeerConnection is not defined");
      const peer = new FakePeer(configuration);
      peers.push(peer);
      return peer as unknown as RTCPeerConnection;
    },
    createStream: () => ({}) as MediaStream,
    openSocketAudio: async (options) => {
      const audio = new FakeAudio(options);
      audios.push(audio);
      return audio;
    },
    onNetworkChange: (listener) => {
      networkListeners.add(listener);
      return () => void networkListeners.delete(listener);
    },
  };
  const client = new LLMRTCWebClient(
    { signallingUrl: "ws://agent", playback: false, ...config },
    environment,
  );
  const events: unknown[][] = [];
  client.on("stateChange", (state) => events.push(["state", state]));
  client.on("reconnecting", (attempt, most, { code }) =>
    events.push(["again", attempt, most, code]),
  );
  client.on("reconnected", (recovered) => events.push(["back", recovered]));
  client.on("error", ({ code, recoverable }) => events.push(["error", code, recoverable]));

  const newest = <T>(all: readonly T[]): T => {
    const last = all.at(-1);
    if (last === undefined) throw new Error("there is none yet");
    return last;
  };
  return {
    client,
    clock,
    sockets,
    peers,
    audios,
    networkListeners,
    events,
    withoutWebRtc: () => (hasWebRtc = false),
    get socket() {
      return newest(sockets);
    },
    get peer() {
      return newest(peers);
    },
    /** The server greets, as ours does. */
    greet: (id: string, more: readonly string[] = []): void => {
      const features = [...ourFeatures, ...more];
      newest(sockets).say({ type: "ready", id, protocolVersion: 1, features });
    },
    /** The same, as a v1 server does. */
    greetAsV1: (): void => {
      newest(sockets).say({ type: "ready", id: "s1", protocolVersion: 1 });
    },
    /** Answers the newest offer, and connects it. */
    connect: async (): Promise<void> => {
      await settle();
      newest(sockets).say({ type: "signal", signal: { type: "answer", sdp: "answer" } });
      await settle();
      newest(peers).openChannel();
      newest(peers).become("connected");
    },
  };
}
