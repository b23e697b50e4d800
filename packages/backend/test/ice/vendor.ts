import { vi } from "vitest";

/** A `fetch` whose other end is the test: one answer per request, the last one again and again. */
export function answering(...answers: readonly (() => Promise<Response> | Response)[]) {
  let call = 0;
  return vi.fn<typeof fetch>(async () => {
    const answer = answers[Math.min(call++, answers.length - 1)];
    if (!answer) throw new TypeError("fetch failed");
    return answer();
  });
}

export const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });

/** What was asked: method, address and body of each request. */
export function asked(fetch: ReturnType<typeof answering>) {
  return fetch.mock.calls.map(([url, init = {}]) => {
    const { method = "GET", body, headers = {} } = init;
    return { method, url: url instanceof URL ? url.href : "", body, headers };
  });
}

/** A `fetch` that nobody answers; `open` is how many of its requests still wait. */
export function silent() {
  const state = { open: 0 };
  const fetch: typeof globalThis.fetch = (_, init) => {
    state.open += 1;
    return new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => {
        state.open -= 1;
        reject(new DOMException("aborted", "AbortError"));
      });
    });
  };
  return { fetch, state };
}
