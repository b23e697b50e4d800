const name = "llmrtc-microphone";

/** On the audio thread: the first channel in runs of 20 ms. Inlined, so that bundlers need nothing. */
const processor = `registerProcessor("${name}",class extends AudioWorkletProcessor{
r=new Float32Array(sampleRate/50);n=0
process([[c]]){
if(c)for(const s of c){this.r[this.n++]=s;if(this.n===this.r.length){this.port.postMessage(this.r);this.n=0}}
return true}})`;

const loaded = new WeakMap<AudioContext, Promise<void>>();

/** Taps the sound of a track in runs of 20 ms: mono floats at the rate of the audio context. */
export class SocketMicrophone {
  readonly #context: AudioContext;
  readonly #onRun: (floats: Float32Array) => void;
  readonly #onFailure: (error: unknown) => void;
  #source: MediaStreamAudioSourceNode | undefined;
  #node: AudioWorkletNode | undefined;
  #closed = false;

  constructor(
    context: AudioContext,
    onRun: (floats: Float32Array) => void,
    onFailure: (error: unknown) => void,
  ) {
    this.#context = context;
    this.#onRun = onRun;
    this.#onFailure = onFailure;
  }

  setTrack(track: MediaStreamTrack | null): void {
    this.#source?.disconnect();
    this.#source = undefined;
    if (!track) return;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#connect().catch(this.#onFailure);
  }

  close(): void {
    this.#closed = true;
    this.setTrack(null);
    this.#node?.port.close();
    this.#node?.disconnect();
  }

  async #connect(): Promise<void> {
    const context = this.#context;
    let loading = loaded.get(context);
    if (!loading) loaded.set(context, (loading = load(context)));
    await loading;
    if (this.#closed) return;
    this.#node ??= this.#open();
    this.#source?.connect(this.#node);
  }

  #open(): AudioWorkletNode {
    const context = this.#context;
    const node = new AudioWorkletNode(context, name, {
      channelCount: 1,
      channelCountMode: "explicit", // stereo is mixed
    });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      this.#onRun(data);
    };
    node.connect(context.destination); // silent; some browsers run only what leads there
    return node;
  }
}

async function load(context: AudioContext): Promise<void> {
  const url = URL.createObjectURL(new Blob([processor], { type: "text/javascript" }));
  try {
    await context.audioWorklet.addModule(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
