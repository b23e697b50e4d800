import {
  isOurs,
  reachabilityDetail,
  refusal,
  statusDetail,
  timeout,
  vendorCode,
  type Service,
} from "./service.ts";

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** A form is sent as multipart, anything else as JSON. */
  readonly body: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Longest silence before the response and between two pieces of it. Default 10_000. */
  readonly timeoutMs?: number | undefined;
  /** Swap it in tests or to add a proxy. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const defaultTimeoutMs = 10_000;
/** No answer that is read whole (a transcript, an error) is bigger than this. */
const largestDocument = 4 * 1024 * 1024;

/**
 * POSTs and hands back the body as it arrives. Leaving the loop early ends the request.
 *
 * @throws {ProviderError} `…_ERROR` on a network failure or a status outside 2xx, `…_TIMEOUT` when the
 *   service goes silent. Aborting rejects with `signal.reason`.
 */
export async function* postForBytes(
  service: Service,
  url: string,
  options: PostOptions,
): AsyncGenerator<Uint8Array> {
  const { signal, timeoutMs = defaultTimeoutMs } = options;
  signal?.throwIfAborted();
  const silence = new Watchdog({ signal, timeoutMs, reason: () => timeout(service, timeoutMs) });
  const either = silence.signal;
  try {
    const response = await silence.watch(send(url, options, either));
    if (!response.ok) throw await silence.watch(refused(service, response));
    if (response.body) yield* pieces(response.body, silence);
  } catch (error) {
    either.throwIfAborted();
    throw isOurs(error) ? error : refusal(service, reachabilityDetail(error));
  } finally {
    silence.end();
  }
}

async function* pieces(
  body: ReadableStream<Uint8Array>,
  silence: Watchdog,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await silence.watch(reader.read());
      if (done) return;
      if (value.length > 0) yield value;
    }
  } finally {
    // Rejects when the body already failed, which the reader has been told by `read`.
    reader.cancel().catch(() => undefined);
  }
}

/** POSTs and reads the whole answer as JSON. Throws as `postForBytes` does. */
export async function postForJson(
  service: Service,
  url: string,
  options: PostOptions,
): Promise<unknown> {
  const bytes = await collect(service, postForBytes(service, url, options));
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw refusal(service, "answered with something that is not JSON");
  }
}

/** POSTs and reads the whole answer. Throws as `postForBytes` does. */
export async function postForBuffer(
  service: Service,
  url: string,
  options: PostOptions,
): Promise<Uint8Array> {
  return collect(service, postForBytes(service, url, options), Infinity);
}

async function collect(
  service: Service,
  body: AsyncIterable<Uint8Array>,
  largest = largestDocument,
): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > largest) throw refusal(service, "answered with more than can be right");
    all.push(piece);
  }
  return Buffer.concat(all, length);
}

function send(url: string, options: PostOptions, signal: AbortSignal): Promise<Response> {
  const { body, headers, fetch = globalThis.fetch } = options;
  const isForm = body instanceof FormData;
  return fetch(url, {
    method: "POST",
    headers: { ...(isForm ? {} : { "content-type": "application/json" }), ...headers },
    body: isForm ? body : JSON.stringify(body),
    signal,
  });
}

async function refused(service: Service, response: Response): Promise<Error> {
  const { status } = response;
  const code = vendorCode(await errorBody(response));
  return refusal(service, statusDetail(status, code), { status });
}

async function errorBody(response: Response): Promise<unknown> {
  try {
    return JSON.parse(await response.text());
  } catch {
    return undefined; // The status alone tells the story.
  }
}

interface WatchdogOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly reason: () => Error;
}

/** Ends what is waited for when the caller aborts, or the service is silent for too long. */
class Watchdog {
  readonly #controller = new AbortController();
  readonly #options: WatchdogOptions;
  readonly signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    const own = this.#controller.signal;
    this.signal = options.signal ? AbortSignal.any([options.signal, own]) : own;
  }

  async watch<Answer>(waiting: Promise<Answer>): Promise<Answer> {
    const { timeoutMs, reason } = this.#options;
    this.#timer = setTimeout(() => {
      this.#controller.abort(reason());
    }, timeoutMs);
    try {
      return await orAborted(waiting, this.signal);
    } finally {
      this.end();
    }
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Node's fetch never settles a read of a body that had come whole when the request was aborted. */
function orAborted<Answer>(waiting: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void waiting.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", abort);
    });
  });
}
