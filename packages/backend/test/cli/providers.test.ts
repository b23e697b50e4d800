import type { ConversationProviders } from "@metered/llmrtc-core";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  chooseProviders,
  createProvidersFromEnv,
  type ChosenProviders,
} from "../../src/cli/providers.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A real server that answers one path with JSON, or never when the answer is undefined. */
async function serving(path: string, answer: unknown): Promise<string> {
  const server = createServer((request, response) => {
    if (answer === undefined) return;
    response.statusCode = request.url === path ? 200 : 404;
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ollamaServing = (...names: string[]): Promise<string> =>
  serving("/api/tags", { models: names.map((name) => ({ name, size: 1, details: {} })) });

/** Where nobody listens: the port was free a moment ago. */
async function nowhere(): Promise<string> {
  const url = await serving("/", {});
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return url;
}

/** Chooses in an environment whose local model servers are not there unless said otherwise. */
async function choose(variables: Record<string, string>): Promise<ChosenProviders> {
  const absent = await nowhere();
  const chosen = await chooseProviders({
    OLLAMA_BASE_URL: absent,
    LMSTUDIO_BASE_URL: `${absent}/v1`,
    ...variables,
  });
  await close(chosen.providers);
  return chosen;
}

async function close({ llm, stt, tts }: ConversationProviders): Promise<void> {
  for (const provider of [llm, stt, tts]) await provider.close?.();
}

const lineOf = (chosen: ChosenProviders, kind: string): object =>
  chosen.report.find((line) => line.kind === kind) ?? {};

describe("without an explicit choice", () => {
  test("the demo brain answers, embedded speech hears and speaks, and the report says why", async () => {
    const chosen = await choose({});
    expect(chosen.providers.llm.name).toBe("demo-brain");
    expect(chosen.report).toEqual([
      {
        kind: "llm",
        name: "demo brain (fixed rules, not a language model)",
        why: "no OPENAI_API_KEY is set, and no Ollama or LM Studio with a model answers",
        remedy:
          "For a language model, set OPENAI_API_KEY or start Ollama or LM Studio; then restart.",
      },
      { kind: "stt", name: "embedded Whisper tiny.en", why: expect.any(String) as string },
      { kind: "tts", name: "embedded hibari", why: expect.any(String) as string },
    ]);
    expect(chosen.warnings).toEqual([]);
    expect(chosen.historyLimit).toBeGreaterThan(50);
  });

  test("a key chooses OpenAI, even where Ollama answers", async () => {
    const OLLAMA_BASE_URL = await ollamaServing("llama3.2:3b");
    const chosen = await choose({ OPENAI_API_KEY: "sk-secret", OLLAMA_BASE_URL });
    expect(chosen.providers.llm.name).toBe("openai-llm");
    expect(lineOf(chosen, "llm")).toEqual({
      kind: "llm",
      name: "OpenAI gpt-4o-mini",
      why: "OPENAI_API_KEY is set",
    });
    expect(chosen.providers.stt.name).not.toContain("openai");
    expect(chosen.historyLimit).toBeUndefined();
  });

  test("a base URL and a model go to the compatible server", async () => {
    const chosen = await choose({
      OPENAI_API_KEY: "sk-secret",
      OPENAI_BASE_URL: "https://me:password@gateway.example.com/v1/?k=secret",
      OPENAI_MODEL: "mixtral",
    });
    expect(lineOf(chosen, "llm")).toMatchObject({ name: "https://gateway.example.com/v1 mixtral" });
    expect(JSON.stringify([chosen.report, chosen.warnings])).not.toMatch(/secret|password/);
  });

  test("Ollama that answers is used with a model that it has and that can talk", async () => {
    const OLLAMA_BASE_URL = await ollamaServing("nomic-embed-text:latest", "qwen3:8b", "llama3.2");
    const chosen = await choose({ OLLAMA_BASE_URL });
    expect(chosen.providers.llm).toMatchObject({ name: "ollama-llm", model: "qwen3:8b" });
    expect(lineOf(chosen, "llm")).toEqual({
      kind: "llm",
      name: "Ollama qwen3:8b",
      why: `answers at ${OLLAMA_BASE_URL}`,
    });
    expect(chosen.warnings).toEqual([]);
  });

  test("a model that runs in Ollama's cloud is not a local model", async () => {
    const OLLAMA_BASE_URL = await serving("/api/tags", {
      models: [{ name: "big:cloud", remote_host: "https://ollama.com" }, { name: "small:1b" }],
    });
    const { providers } = await choose({ OLLAMA_BASE_URL });
    expect(providers.llm).toMatchObject({ model: "small:1b" });
  });

  test("the model that was asked for wins; a missing one is a warning with its remedy", async () => {
    const OLLAMA_BASE_URL = await ollamaServing("qwen3:8b", "llama3.2:latest");
    const there = await choose({ OLLAMA_BASE_URL, OLLAMA_MODEL: "llama3.2" });
    expect(there.providers.llm).toMatchObject({ model: "llama3.2" });
    expect(there.warnings).toEqual([]);

    const missing = await choose({ OLLAMA_BASE_URL, OLLAMA_MODEL: "phi4" });
    expect(missing.providers.llm).toMatchObject({ model: "phi4" });
    expect(missing.warnings).toEqual([expect.stringContaining("ollama pull phi4")]);
  });

  test("Ollama without a model leaves the demo brain and says how to get one", async () => {
    const chosen = await choose({ OLLAMA_BASE_URL: await ollamaServing() });
    expect(chosen.providers.llm.name).toBe("demo-brain");
    expect(chosen.warnings).toEqual([
      "Ollama answers, but has no model. Run: ollama pull llama3.2",
    ]);
  });

  test("LM Studio that answers is used", async () => {
    const url = await serving("/v1/models", {
      data: [{ id: "text-embedding-nomic" }, { id: "qwen2.5-7b-instruct" }],
    });
    const chosen = await choose({ LMSTUDIO_BASE_URL: `${url}/v1` });
    expect(chosen.providers.llm).toMatchObject({
      name: "lmstudio-llm",
      model: "qwen2.5-7b-instruct",
    });
  });

  test.each([
    ["never answers", undefined],
    ["is something else", "<html>It works!</html>"],
    ["answers with other JSON", { models: "no" }],
  ])("a server that %s costs little time and is not used", async (_what, answer) => {
    const OLLAMA_BASE_URL = await serving("/api/tags", answer);
    const start = performance.now();
    const { providers } = await choose({ OLLAMA_BASE_URL });
    expect(providers.llm.name).toBe("demo-brain");
    // 300 ms by design; the rest is for a busy test machine.
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test("a key of a vendor without a package is a warning, not a surprise", async () => {
    const { warnings, providers } = await choose({
      ANTHROPIC_API_KEY: "sk-ant-secret",
      ELEVENLABS_API_KEY: "secret",
    });
    expect(providers.llm.name).toBe("demo-brain");
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).toMatch(/ANTHROPIC_API_KEY is set.*ELEVENLABS_API_KEY is set/);
    expect(warnings.join()).not.toContain("secret");
  });
});

describe("an explicit choice", () => {
  test("wins over a key", async () => {
    const { providers } = await choose({ LLM_PROVIDER: "demo", OPENAI_API_KEY: "sk-secret" });
    expect(providers.llm.name).toBe("demo-brain");
  });

  test("of a local server holds although it does not answer yet, with a warning", async () => {
    const chosen = await choose({ LLM_PROVIDER: "Ollama" });
    expect(chosen.providers.llm).toMatchObject({ name: "ollama-llm", model: "llama3.1" });
    expect(chosen.warnings).toEqual([expect.stringMatching(/^Ollama does not answer at .*Start/)]);
  });

  test("of OpenAI speech takes voice and models from the environment", async () => {
    const chosen = await choose({
      STT_PROVIDER: "whisper",
      TTS_PROVIDER: "openai",
      OPENAI_API_KEY: "sk-secret",
      OPENAI_STT_MODEL: "gpt-4o-mini-transcribe",
      OPENAI_TTS_MODEL: "gpt-4o-mini-tts",
    });
    expect(chosen.providers.stt).toMatchObject({
      name: "openai-whisper",
      model: "gpt-4o-mini-transcribe",
    });
    expect(chosen.providers.tts).toMatchObject({
      name: "openai-tts",
      model: "gpt-4o-mini-tts",
      voice: "nova",
    });
    expect(lineOf(chosen, "stt")).toMatchObject({ why: "STT_PROVIDER is whisper" });
  });

  test.each([
    ["LLM_PROVIDER", "anthropic"],
    ["LLM_PROVIDER", "google"],
    ["LLM_PROVIDER", "gemini"],
    ["LLM_PROVIDER", "bedrock"],
    ["LLM_PROVIDER", "openrouter"],
    ["LLM_PROVIDER", "zai"],
    ["STT_PROVIDER", "faster-whisper"],
    ["STT_PROVIDER", "elevenlabs"],
    ["TTS_PROVIDER", "elevenlabs"],
    ["TTS_PROVIDER", "piper"],
  ])("%s=%s stops the start with what exists", async (variable, value) => {
    const start = choose({ [variable]: value, OPENAI_API_KEY: "sk-secret" });
    await expect(start).rejects.toMatchObject({ code: "INVALID_CONFIG" });
    await expect(start).rejects.toThrow(
      new RegExp(`^${variable}: there is no ${value} package yet; choose one of .*openai`),
    );
  });

  test.each(["LLM_PROVIDER", "STT_PROVIDER", "TTS_PROVIDER"])(
    "%s with an unknown name stops the start, without quoting it",
    async (variable) => {
      await expect(choose({ [variable]: "sk-secret" })).rejects.toThrow(
        new RegExp(`^${variable} must be one of [a-z, ]+$`),
      );
    },
  );

  test.each(["LLM_PROVIDER", "STT_PROVIDER", "TTS_PROVIDER"])(
    "%s=openai without a key stops the start",
    async (variable) => {
      await expect(choose({ [variable]: "openai" })).rejects.toThrow(
        `${variable} is openai, but OPENAI_API_KEY is not set`,
      );
    },
  );
});

describe("LOCAL_ONLY", () => {
  test("leaves a key alone and says so", async () => {
    const chosen = await choose({ LOCAL_ONLY: "true", OPENAI_API_KEY: "sk-secret" });
    expect(chosen.providers.llm.name).toBe("demo-brain");
    expect(chosen.warnings).toEqual(["OPENAI_API_KEY is not used: LOCAL_ONLY is on."]);
  });

  test("takes Ollama on this machine, and a compatible server in this network", async () => {
    const OLLAMA_BASE_URL = await ollamaServing("qwen3:8b");
    const ollama = await choose({ LOCAL_ONLY: "true", OPENAI_API_KEY: "k", OLLAMA_BASE_URL });
    expect(ollama.providers.llm.name).toBe("ollama-llm");
    const compatible = await choose({
      LOCAL_ONLY: "true",
      OPENAI_BASE_URL: "http://192.168.1.5:8080/v1",
    });
    expect(compatible.providers.llm.name).toBe("openai-llm");
  });

  test("does not even ask an Ollama that is elsewhere", async () => {
    const asked: string[] = [];
    const chosen = await chooseProviders(
      {
        LOCAL_ONLY: "true",
        OLLAMA_BASE_URL: "https://ollama.example.com",
        LMSTUDIO_BASE_URL: "https://1.2.3.4/v1",
      },
      {
        fetch: (url) => {
          asked.push(url instanceof Request ? url.url : url.toString());
          return Promise.reject(new Error("must not be called"));
        },
      },
    );
    await close(chosen.providers);
    expect(asked).toEqual([]);
    expect(chosen.providers.llm.name).toBe("demo-brain");
  });

  test.each([
    { LLM_PROVIDER: "openai" },
    { STT_PROVIDER: "openai" },
    { TTS_PROVIDER: "openai" },
    { LLM_PROVIDER: "ollama", OLLAMA_BASE_URL: "https://ollama.example.com" },
  ])("contradicting it stops the start: %o", async (variables) => {
    await expect(
      choose({ LOCAL_ONLY: "true", OPENAI_API_KEY: "sk-secret", ...variables }),
    ).rejects.toThrow(/^LOCAL_ONLY is on, but /);
  });
});

test("createProvidersFromEnv gives what the command line would run with", async () => {
  const providers = await createProvidersFromEnv({ LLM_PROVIDER: "demo" });
  await close(providers);
  expect(providers.llm.name).toBe("demo-brain");
});
