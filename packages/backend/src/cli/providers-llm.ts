import type { LLMProvider } from "@metered/llmrtc-core";
import type { Settings } from "./environment.ts";
import { invalid, llmNames, named } from "./providers-known.ts";
import {
  isLocalAddress,
  lmStudio,
  ollama,
  printable,
  type ModelServer,
} from "./providers-local.ts";

/** A provider and what to tell people about it. */
export interface Choice<Provider> {
  readonly provider: Provider;
  readonly name: string;
  readonly why: string;
  readonly remedy?: string;
  readonly warnings?: readonly string[];
}

/** The demo brain remembers no further back than the messages it gets, and they cost nothing. */
const demoHistoryLimit = 200;

interface LLMChoice extends Choice<LLMProvider> {
  readonly historyLimit?: number;
}

/** The brain: an explicit choice, else a key, else a server on this machine, else the demo. */
export function chooseLLM(settings: Settings, fetch: typeof globalThis.fetch): Promise<LLMChoice> {
  const wanted = named("LLM_PROVIDER", settings.LLM_PROVIDER, llmNames);
  const why = `LLM_PROVIDER is ${wanted ?? ""}`;
  switch (wanted) {
    case undefined:
      return detect(settings, fetch);
    case "demo":
      return demo(why);
    case "openai":
      return openAI(settings, why);
    case "ollama":
      return explicitServer(ollama(settings), settings, fetch);
    case "lmstudio":
      return explicitServer(lmStudio(settings), settings, fetch);
  }
}

async function detect(settings: Settings, fetch: typeof globalThis.fetch): Promise<LLMChoice> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, LOCAL_ONLY = false } = settings;
  if (mayUseOpenAI(settings) && (OPENAI_API_KEY ?? OPENAI_BASE_URL) !== undefined) {
    return openAI(settings, `${OPENAI_API_KEY ? "OPENAI_API_KEY" : "OPENAI_BASE_URL"} is set`);
  }
  const warnings = unusedKeys(settings);
  const servers = [ollama(settings), lmStudio(settings)].filter(
    ({ url }) => !LOCAL_ONLY || isLocalAddress(url),
  );
  const answers = await Promise.all(
    servers.map(async (server) => ({ server, models: await server.models(fetch) })),
  );
  for (const { server, models } of answers) {
    if (models && models.length > 0) {
      const choice = await onServer(server, models, `answers at ${printable(server.url)}`);
      return { ...choice, warnings: [...warnings, ...(choice.warnings ?? [])] };
    }
    if (models) warnings.push(`${server.name} answers, but has no model. ${server.install()}`);
  }
  const found = LOCAL_ONLY ? "LOCAL_ONLY is on" : "no OPENAI_API_KEY is set";
  return { ...(await demo(`${found}, and no Ollama or LM Studio with a model answers`)), warnings };
}

async function explicitServer(
  server: ModelServer,
  settings: Settings,
  fetch: typeof globalThis.fetch,
): Promise<LLMChoice> {
  if (settings.LOCAL_ONLY && !isLocalAddress(server.url)) {
    throw invalid(`LOCAL_ONLY is on, but ${server.variable} is not an address in this network`);
  }
  const choice = await onServer(
    server,
    await server.models(fetch),
    `LLM_PROVIDER is ${settings.LLM_PROVIDER ?? ""}`,
  );
  return choice;
}

async function onServer(
  server: ModelServer,
  models: readonly string[] | undefined,
  why: string,
): Promise<LLMChoice> {
  const { wantedModel } = server;
  const provider = await server.open(wantedModel ?? models?.[0]);
  const { model } = provider;
  const name = `${server.name} ${model}`;
  if (!models) {
    const warning = `${server.name} does not answer at ${printable(server.url)}. Start it.`;
    return { provider, name, why, warnings: [warning] };
  }
  // Ollama lists `llama3.2:latest` for what people call `llama3.2`.
  if (models.includes(model) || models.includes(`${model}:latest`)) return { provider, name, why };
  const warning = `${server.name} has no model ${model} on its machine. ${server.install(model)}`;
  return { provider, name, why, warnings: [warning] };
}

async function openAI(settings: Settings, why: string): Promise<LLMChoice> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = settings;
  if (!mayUseOpenAI(settings)) {
    throw invalid("LOCAL_ONLY is on, but LLM_PROVIDER is openai; unset one of them");
  }
  if (!apiKey && !baseURL) throw invalid("LLM_PROVIDER is openai, but OPENAI_API_KEY is not set");
  const { OpenAILLMProvider } = await import("@metered/llmrtc-provider-openai");
  const provider = new OpenAILLMProvider({
    ...(apiKey && { apiKey }),
    ...(baseURL && { baseURL }),
    ...(model && { model }),
  });
  return { provider, name: `${openAIName(settings)} ${provider.model}`, why };
}

/** Who answers there: OpenAI, or the server at OPENAI_BASE_URL. */
export function openAIName({ OPENAI_BASE_URL }: Settings): string {
  return OPENAI_BASE_URL ? printable(OPENAI_BASE_URL) : "OpenAI";
}

/** Under LOCAL_ONLY, only a compatible server in this network. */
export function mayUseOpenAI({ LOCAL_ONLY, OPENAI_BASE_URL }: Settings): boolean {
  return !LOCAL_ONLY || (OPENAI_BASE_URL !== undefined && isLocalAddress(OPENAI_BASE_URL));
}

async function demo(why: string): Promise<LLMChoice> {
  const { demoBrain } = await import("@metered/llmrtc-provider-embedded");
  return {
    provider: demoBrain(),
    name: "demo brain (fixed rules, not a language model)",
    why,
    historyLimit: demoHistoryLimit,
    remedy: "For a language model, set OPENAI_API_KEY or start Ollama or LM Studio; then restart.",
  };
}

function unusedKeys(settings: Settings): string[] {
  const foreign = (
    ["ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENROUTER_API_KEY", "ZAI_API_KEY"] as const
  ).filter((name) => settings[name]);
  const warnings = foreign.map(
    (name) =>
      `${name} is set, but the command line has no such provider yet. In code, use aiSdkModel.`,
  );
  if (settings.OPENAI_API_KEY) warnings.push("OPENAI_API_KEY is not used: LOCAL_ONLY is on.");
  return warnings;
}
