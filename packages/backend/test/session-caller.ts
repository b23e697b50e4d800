import {
  type ConversationProviders,
  defaultTimeouts,
  NoopMetrics,
  type ServerMessage,
  silenceTurnDetector,
  silentLogger,
  type TurnOptions,
} from "@metered/llmrtc-core";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector, settle } from "@metered/llmrtc-testing";
import { SessionRegistry } from "../src/session/registry.ts";
import type { SessionServices } from "../src/session/session.ts";
import { hurriedTime, MemoryTransport } from "./memory-transport.ts";

export interface CallOptions {
  readonly providers?: Partial<ConversationProviders>;
  readonly services?: Partial<SessionServices>;
  readonly turn?: Partial<TurnOptions>;
}

/** What sessions work with: fakes. */
export function callServices({ providers, services, turn }: CallOptions = {}): SessionServices {
  return {
    turn: {
      providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS(), ...providers },
      timeouts: defaultTimeouts,
      streamingSTT: true,
      streamingTTS: true,
      llm: {},
      hooks: {},
      metrics: new NoopMetrics(),
      logger: silentLogger,
      ...turn,
    },
    hooks: {},
    systemPrompt: "Be brief.",
    historyLimit: 8,
    turnDetector: silenceTurnDetector({ silenceMs: 300 }),
    voiceDetector: fakeVoiceDetector(),
    ...hurriedTime(),
    ...services,
  };
}

export function sessions(options: CallOptions = {}): SessionRegistry {
  return new SessionRegistry({ logger: silentLogger, services: callServices(options) });
}

/** A caller's side of a new session. */
export function call(registry: SessionRegistry, services?: SessionServices) {
  const session = registry.create({ replaced: () => undefined }, services);
  const transport = new MemoryTransport();
  const messages: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  session.on("message", (message) => {
    messages.push(message);
    for (const look of [...waiting]) look();
  });
  session.attach(transport);
  return {
    session,
    transport,
    messages,
    /** Resolves with the `count`th message of a type, counted from the start. */
    message: (type: ServerMessage["type"], count = 1): Promise<ServerMessage> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = messages.filter((message) => message.type === type)[count - 1];
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    /** Sound that the ear has taken in before this resolves: `level` 0 is silence. */
    sound: async (ms: number, level: number) => {
      for (let at = 0; at < ms; at += 20)
        transport.microphone.push(new Int16Array(320).fill(level));
      for (let at = 0; at < 8; at++) await settle();
    },
    types: () => messages.map(({ type }) => type).filter((type) => type !== "llm-chunk"),
    said: () => session.history.messages.map(({ role, content }) => `${role}: ${content}`),
  };
}
