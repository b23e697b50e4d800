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
import type { SessionServices } from "../src/session/session-services.ts";
import { hurriedTime, MemoryTransport } from "./memory-transport.ts";

export interface SetUp {
  readonly providers?: Partial<ConversationProviders>;
  readonly services?: Partial<SessionServices>;
  readonly turn?: Partial<TurnOptions>;
  readonly timeoutMs?: number;
}

const open: SessionRegistry[] = [];

/** After each test. */
export async function closeSessions(): Promise<void> {
  await Promise.all(open.splice(0).map((registry) => registry.close()));
}

/** What a session works with: fakes, in hurried time. */
export function servicesFor({ providers, services, turn, timeoutMs }: SetUp = {}): SessionServices {
  const all = { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS(), ...providers };
  const timeouts = timeoutMs
    ? { sttMs: timeoutMs, llmMs: timeoutMs, ttsMs: timeoutMs }
    : defaultTimeouts;
  return {
    turn: {
      providers: all,
      timeouts,
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

/** A session in hurried time, and its caller. */
export function setUp(options: SetUp = {}) {
  const registry = new SessionRegistry({ logger: silentLogger, services: servicesFor(options) });
  open.push(registry);
  return { registry, ...connect(registry) };
}

/** A caller's side of a new session. */
export function connect(registry: SessionRegistry, services?: SessionServices) {
  const session = registry.create({ replaced: () => undefined }, services);
  const transport = new MemoryTransport();
  const messages: ServerMessage[] = [];
  const byType = new Map<string, ServerMessage[]>();
  const waiting = new Set<() => void>();
  session.on("message", (message) => {
    messages.push(message);
    const same = byType.get(message.type) ?? [];
    same.push(message);
    byType.set(message.type, same);
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
          const found = byType.get(type)?.[count - 1];
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
    /** The history, a line for each message. */
    said: () => session.history.messages.map(({ role, content }) => `${role}: ${content}`),
    types: () => messages.map(({ type }) => type).filter((type) => type !== "llm-chunk"),
  };
}
