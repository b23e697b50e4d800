import type { ConversationProviders } from "@metered/llmrtc-core";
import { parseEnvironment, type Variables } from "./environment.ts";
import { chooseLLM, type Choice } from "./providers-llm.ts";
import { chooseSTT, chooseTTS } from "./providers-speech.ts";

/** One line about one provider, for people. Holds no secret. */
export interface ProviderReport {
  readonly kind: "llm" | "stt" | "tts";
  /** E.g. `Ollama llama3.2:3b`. */
  readonly name: string;
  /** Why it was chosen, e.g. `OPENAI_API_KEY is set`. */
  readonly why: string;
  /** What to do for a better one, where there is one. */
  readonly remedy?: string;
}

export interface ChosenProviders {
  readonly providers: ConversationProviders;
  readonly report: readonly ProviderReport[];
  /** One line each, with its remedy. */
  readonly warnings: readonly string[];
  /** How many messages the chosen brain should see, where that is not the server's default. */
  readonly historyLimit?: number;
}

export interface ChooseOptions {
  /** Swap it in tests: it asks whether a model server answers on this machine. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Which providers the environment asks for. An explicit choice wins; without one, an OpenAI key, then
 * Ollama or LM Studio if it answers within 300 ms, then the demo brain; speech is embedded.
 * `LOCAL_ONLY=true` never chooses anything outside this network.
 *
 * @throws {LLMRTCError} `INVALID_CONFIG`: one line that names the fault
 */
export async function chooseProviders(
  variables: Variables,
  { fetch = globalThis.fetch }: ChooseOptions = {},
): Promise<ChosenProviders> {
  const { settings } = parseEnvironment(variables);
  const [llm, stt, tts] = await Promise.all([
    chooseLLM(settings, fetch),
    chooseSTT(settings),
    chooseTTS(settings),
  ]);
  return {
    providers: { llm: llm.provider, stt: stt.provider, tts: tts.provider },
    report: [reported("llm", llm), reported("stt", stt), reported("tts", tts)],
    ...(llm.historyLimit !== undefined && { historyLimit: llm.historyLimit }),
    warnings: [llm, stt, tts].flatMap((choice) => choice.warnings ?? []),
  };
}

/** The providers that `llmrtc-backend` would run with in this environment. */
export async function createProvidersFromEnv(
  variables: Variables = process.env,
): Promise<ConversationProviders> {
  return (await chooseProviders(variables)).providers;
}

function reported(kind: ProviderReport["kind"], choice: Choice<unknown>): ProviderReport {
  const { name, why, remedy } = choice;
  return { kind, name, why, ...(remedy !== undefined && { remedy }) };
}
