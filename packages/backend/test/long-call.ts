import {
  bytesFromPcm,
  type LLMProvider,
  type LLMRequest,
  type Pcm,
  PcmReader,
  type ServerMessage,
  type STTProvider,
  type TTSProvider,
  type VoiceDetector,
} from "@metered/llmrtc-core";
import { closeSessions, setUp, type SetUp } from "./calling.ts";
import { hurriedTime, MemoryTransport } from "./memory-transport.ts";

/** A transport that forgets what it has sent. */
class ForgetfulTransport extends MemoryTransport {
  override sendFrame(): void {
    // two hours of sound are a lot
  }
}

/** What the caller says is coded in how loud he is: each text has its own level. */
class Speech {
  readonly #texts = new Map<number, string>();
  #level = 3_000;

  frame(text: string): Pcm {
    this.#level = this.#level >= 30_000 ? 3_000 : this.#level + 25;
    this.#texts.set(this.#level, text);
    return new Int16Array(320).fill(this.#level);
  }

  /** Texts of levels, in order, each once. */
  textOf(levels: ReadonlySet<number>): string {
    return [...levels]
      .flatMap((level) => this.#texts.get(level) ?? [])
      .filter(Boolean)
      .join(" ");
  }
}

/** Understands it, and answers pauses. */
function hearing(speech: Speech): STTProvider {
  return {
    name: "levels",
    marksPauses: true,
    transcribe: () => Promise.reject(new Error("not asked")),
    async *transcribeStream(audio) {
      const reader = new PcmReader();
      const levels = new Set<number>();
      for await (const bytes of audio) {
        const [first = 0] = reader.push(bytes);
        if (first > 0) levels.add(first);
        if (bytes.length > 0) continue;
        yield { text: speech.textOf(levels), isFinal: false, atPause: true };
      }
      yield { text: speech.textOf(levels), isFinal: true };
    },
  };
}

/** Speaks for about six seconds about whatever it is asked, and remembers what that was. */
function talking(): LLMProvider & { readonly requests: LLMRequest[] } {
  const requests: LLMRequest[] = [];
  return {
    name: "talking",
    local: true,
    requests,
    complete: () => Promise.reject(new Error("not asked")),
    async *stream(request) {
      requests.push(request);
      const about = request.messages.at(-1)?.content ?? "";
      yield {
        content: `You said ${about}. `.padEnd(100, "And there is more to tell. "),
        done: false,
      };
      yield { content: "", done: true };
    },
  };
}

/** Speaks one sound, as long as its text, which costs nothing to make. */
function droning(): TTSProvider {
  const bytes = bytesFromPcm(new Int16Array(24 * 6_000).fill(2_000));
  return {
    name: "droning",
    speak: () => Promise.reject(new Error("not asked")),
    async *speakStream(text) {
      yield bytes.subarray(0, Math.min(bytes.length, text.length * 60 * 48));
    },
  };
}

/** Takes whatever is not silent for a voice. */
const voiceDetector: VoiceDetector = {
  open: () => ({
    probability: async (frame) => (frame[256] === 0 ? 0.05 : 0.95),
    close: () => undefined,
  }),
  close: async () => undefined,
};

/** A call in hurried time whose caller does what he is told, when he is told. */
export function longCall(options: SetUp = {}) {
  const { clock, time } = hurriedTime();
  const speech = new Speech();
  const llm = talking();
  const { session, messages, message } = setUp({
    ...options,
    providers: { llm, stt: hearing(speech), tts: droning(), ...options.providers },
    services: { clock, time, voiceDetector, ...options.services },
  });
  const transport = new ForgetfulTransport();
  session.attach(transport);
  session.features = ["pause", "withdrawal", "interim", "turn-id", "playout", "turn-timings"];
  const silence = new Int16Array(320);
  let sounding: Pcm = silence;
  let beats = 0;
  const leave = clock.subscribe((count) => {
    beats += count;
    for (let beat = 0; beat < count; beat++) transport.microphone.push(sounding);
    if (beats % 10 === 0) session.attest({ position: 60, outputDelayMs: 0, roundTripMs: 0 });
  });
  const pass = (ms: number): Promise<void> =>
    new Promise((resolve) => void time.after(ms, resolve));
  return {
    session,
    llm,
    messages,
    message,
    now: () => time.now(),
    pass,
    /** Says it for so long. */
    async say(text: string, ms: number): Promise<void> {
      sounding = speech.frame(text);
      await pass(ms);
      sounding = silence;
    },
    async close(): Promise<void> {
      leave();
      await closeSessions();
    },
  };
}

/** What must be true of all that a client is told in a call. */
export function story(messages: readonly ServerMessage[]) {
  const idOf = (message: ServerMessage): string =>
    "turnId" in message ? (message.turnId ?? "") : "";
  const of = (type: ServerMessage["type"]): string[] =>
    messages.filter((message) => message.type === type).map(idOf);
  const withdrawn = new Set(of("turn-withdrawn"));
  return {
    of,
    /** What the caller has said, as far as it stands. */
    said: messages.flatMap((message) => {
      const stands = message.type === "transcript" && message.isFinal && message.text;
      return stands && !withdrawn.has(idOf(message)) ? [message.text] : [];
    }),
    /** Starts and ends of the agent's speech, one after the other. */
    turnsAtOnce: messages.reduce(
      ({ now, most }, { type }) => {
        const change = type === "tts-start" ? 1 : /tts-c(omplete|ancelled)/.test(type) ? -1 : 0;
        return { now: now + change, most: Math.max(most, now + change) };
      },
      { now: 0, most: 0 },
    ),
  };
}
