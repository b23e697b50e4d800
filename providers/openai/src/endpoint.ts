/** OpenAI's own address, or the given one without a slash at its end. */
export function openAIBaseURL(baseURL: string | undefined): string {
  return (baseURL ?? "https://api.openai.com/v1").replace(/\/+$/, "");
}

/** Whether the address is OpenAI's own and not that of a compatible server. */
export function isOpenAI(baseURL: string): boolean {
  return new URL(baseURL).hostname.endsWith("api.openai.com");
}

/** The header that carries the key; none without a key. */
export function authorization(apiKey: string | undefined): Record<string, string> {
  return apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
}
