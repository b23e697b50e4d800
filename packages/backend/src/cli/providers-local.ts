import type { LLMProvider } from "@metered/llmrtc-core";
import * as z from "zod";
import type { Settings } from "./environment.ts";

/** How long a server on this machine may take to say that it is there. */
const answerWithinMs = 300;

/** A program on this machine or in this network that serves language models. */
export interface ModelServer {
  readonly name: string;
  readonly url: string;
  /** The variable that `url` may come from. */
  readonly variable: keyof Settings;
  /** The model that was asked for, if one was. */
  readonly wantedModel: string | undefined;
  /** How to get a model. */
  install(model?: string): string;
  /** Models that it can run, best guess first; undefined when it does not answer. */
  models(fetch: typeof globalThis.fetch): Promise<readonly string[] | undefined>;
  /** @param model the provider's own default when absent */
  open(model: string | undefined): Promise<LLMProvider & { readonly model: string }>;
}

const ollamaTags = z.object({
  models: z.array(z.object({ name: z.string(), remote_host: z.string().nullish() })),
});
const modelList = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Ollama: `GET /api/tags` lists what was pulled, newest first. */
export function ollama({ OLLAMA_BASE_URL, OLLAMA_MODEL }: Settings): ModelServer {
  const url = (OLLAMA_BASE_URL ?? "http://localhost:11434").replace(/\/+(?:v1\/*)?$/, "");
  return {
    name: "Ollama",
    url,
    variable: "OLLAMA_BASE_URL",
    wantedModel: OLLAMA_MODEL,
    install: (model = "llama3.2") => `Run: ollama pull ${model}`,
    async models(fetch) {
      const tags = ollamaTags.safeParse(await ask(`${url}/api/tags`, fetch));
      if (!tags.success) return undefined;
      // A model with a remote host runs in Ollama's cloud: listed, but not local.
      const local = tags.data.models.filter(({ remote_host }) => !remote_host);
      return local.map(({ name }) => name).filter(canTalk);
    },
    async open(model) {
      const { OllamaLLMProvider } = await import("@metered/llmrtc-provider-local");
      return new OllamaLLMProvider({ baseUrl: url, ...(model && { model }) });
    },
  };
}

/** LM Studio: `GET /v1/models` lists what it can load. */
export function lmStudio({ LMSTUDIO_BASE_URL, LMSTUDIO_MODEL }: Settings): ModelServer {
  const url = (LMSTUDIO_BASE_URL ?? "http://localhost:1234/v1").replace(/\/+$/, "");
  return {
    name: "LM Studio",
    url,
    variable: "LMSTUDIO_BASE_URL",
    wantedModel: LMSTUDIO_MODEL,
    install: (model = "a model") => `Download ${model} in LM Studio.`,
    async models(fetch) {
      const list = modelList.safeParse(await ask(`${url}/models`, fetch));
      return list.success ? list.data.data.map(({ id }) => id).filter(canTalk) : undefined;
    },
    async open(model) {
      const { LMStudioLLMProvider } = await import("@metered/llmrtc-provider-lmstudio");
      return new LMStudioLLMProvider({ baseUrl: url, ...(model && { model }) });
    },
  };
}

/** Whether the address is on this machine or in this network. */
export function isLocalAddress(url: string): boolean {
  const { hostname } = new URL(url);
  return (
    !hostname.includes(".") || // a single label, also [::1] and [fd00::1]
    /\.(?:local|localhost|internal|lan|home\.arpa)$/i.test(hostname) ||
    /^(?:127|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$/.test(hostname)
  );
}

/** The address without a login or a query in it, for people to read. */
export function printable(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname.replace(/\/+$/, "")}`;
}

function canTalk(model: string): boolean {
  return !/embed|rerank|bge-|whisper/i.test(model);
}

/** What stands at the address; undefined when nothing answers in time or no JSON comes. */
async function ask(url: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined; // Nobody there: that is the answer.
  }
}
