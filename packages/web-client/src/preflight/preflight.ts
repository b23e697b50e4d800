import { silentLogger, type Logger } from "@metered/llmrtc-core";
import type { WebClientConfig } from "../config.ts";
import { browser, type Environment } from "../environment.ts";
import { LLMRTCClientError } from "../errors.ts";
import { checkIceServer } from "./ice-server-check.ts";
import { iceTargets, type IceTarget } from "./ice-targets.ts";
import { judge, type Findings } from "./judge.ts";
import { checkMicrophone } from "./microphone-check.ts";
import { checkPath } from "./path-check.ts";
import type { MicrophoneCheck, PreflightReport } from "./report.ts";
import { checkServer, type Server } from "./server-check.ts";

export interface PreflightOptions extends Pick<
  WebClientConfig,
  "signallingUrl" | "protocols" | "iceServers" | "iceTransportPolicy" | "logger"
> {
  /** Default true: the system's; constraints choose another. False leaves it alone, and asks nobody. */
  readonly microphone?: boolean | MediaTrackConstraints | undefined;
  /** Gets the report so far, whenever something more is known. */
  readonly onProgress?: ((report: PreflightReport) => void) | undefined;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
}

const defaultIceServers: readonly RTCIceServer[] = [{ urls: "stun:stun.metered.ca:80" }];
/** A good network has connected by then, and each server can be asked alone. */
const pathFirstMs = 1500;

/**
 * Checks a connection without a call: the WebSocket, each STUN and TURN server over each transport, a real
 * WebRTC connection to the server, and the microphone. Takes a second or two on a good network, at most
 * 20 s on a bad one, longer only while the browser asks for the microphone.
 *
 * @throws the signal's reason when it aborts; what `signallingUrl` throws is a finding, not an error
 */
export async function preflight(
  options: PreflightOptions,
  environment: Environment = browser,
): Promise<PreflightReport> {
  const { signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const run = new Run(options, environment, signal);
  await Promise.all([run.microphone(), run.connection()]);
  signal.throwIfAborted();
  return run.report;
}

/** The findings of one check, as they come. */
class Run {
  readonly #options: PreflightOptions;
  readonly #environment: Environment;
  readonly #signal: AbortSignal;
  readonly #logger: Logger;
  readonly #begun: number;
  readonly #startedAt = new Date().toISOString();
  #findings: Findings = {
    server: { url: "", verdict: "running", finding: "opening the WebSocket" },
    path: { verdict: "running", finding: "waits for the server" },
    iceServers: [],
    microphone: { verdict: "running", finding: "waits for the browser's permission" },
    socketAudio: false,
  };
  #loops: Promise<unknown> = Promise.resolve();

  constructor(options: PreflightOptions, environment: Environment, signal: AbortSignal) {
    this.#options = options;
    this.#environment = environment;
    this.#signal = signal;
    this.#logger = options.logger ?? silentLogger;
    this.#begun = environment.clock.now();
  }

  get report(): PreflightReport {
    const { server, path, iceServers, microphone } = this.#findings;
    const judgement = judge(this.#findings);
    return {
      finished: judgement.verdict !== "running",
      ...judgement,
      server,
      path,
      iceServers,
      microphone,
      startedAt: this.#startedAt,
      tookMs: this.#environment.clock.now() - this.#begun,
      page: globalThis.location.origin,
      browser: navigator.userAgent,
    };
  }

  async microphone(): Promise<void> {
    const { microphone = true } = this.#options;
    const learn = (check: MicrophoneCheck): void => {
      this.#learn({ microphone: check });
    };
    if (microphone === false) {
      learn({ verdict: "skipped", finding: "not checked" });
      return;
    }
    const { clock } = this.#environment;
    const constraints = microphone === true ? {} : microphone;
    learn(await checkMicrophone({ clock, constraints, heard: learn, signal: this.#signal }));
  }

  async connection(): Promise<void> {
    const { iceServers: own = [], protocols = [] } = this.#options;
    const environment = this.#environment;
    const signal = this.#signal;
    const signallingUrl = await this.#url();
    const list = typeof protocols === "string" ? [protocols] : protocols;
    const { check, server } =
      signallingUrl === undefined
        ? { check: noAddress, server: undefined }
        : await checkServer({ environment, signallingUrl, protocols: list, signal });
    this.#learn({ server: check });
    const theirs = (server?.ready.iceServers as RTCIceServer[] | undefined) ?? defaultIceServers;
    const iceServers = own.length > 0 ? own : server ? theirs : [];
    const targets = iceTargets(iceServers);
    this.#learn({
      iceServers: targets.map(({ url, kind, transport }) => {
        return { url, kind, transport, verdict: "running", finding: "asking" };
      }),
    });
    if (!server) {
      this.#learn({ path: { verdict: "skipped", finding: "not checked without a server" } });
      await this.#askAll(targets);
      return;
    }
    try {
      this.#learn({ socketAudio: server.features.has("websocket-audio") });
      await this.#connectAndAsk(server, iceServers, targets);
    } finally {
      if (server.ready.features) server.signalling.send({ type: "bye" });
      server.signalling.close();
    }
  }

  async #url(): Promise<string | undefined> {
    const { signallingUrl } = this.#options;
    try {
      return typeof signallingUrl === "string" ? signallingUrl : await signallingUrl();
    } catch (error) {
      this.#logger.warn({ error }, "The application gave no address");
      return undefined;
    }
  }

  /** The call first, as a TURN server may allow a user few relays at once; then, or soon, each server. */
  async #connectAndAsk(
    server: Server,
    iceServers: readonly RTCIceServer[],
    targets: readonly IceTarget[],
  ): Promise<void> {
    const { iceTransportPolicy = server.ready.iceTransportPolicy ?? "all" } = this.#options;
    this.#learn({ path: { verdict: "running", finding: "connecting" } });
    const common = { environment: this.#environment, logger: this.#logger, signal: this.#signal };
    const path = checkPath({ ...common, server, iceServers, iceTransportPolicy }).then((path) => {
      this.#learn({ path });
    });
    let cancel: () => void = () => undefined;
    const soon = new Promise<void>((resolve) => {
      cancel = this.#environment.clock.after(pathFirstMs, resolve);
    });
    await Promise.race([path, soon]);
    cancel();
    await Promise.all([path, this.#askAll(targets)]);
  }

  async #askAll(targets: readonly IceTarget[]): Promise<void> {
    await Promise.all(
      targets.map(async (target, at) => {
        const check = await checkIceServer(target, {
          environment: this.#environment,
          signal: this.#signal,
          oneAtATime: (work) => this.#oneAtATime(work),
        });
        const { iceServers } = this.#findings;
        this.#learn({ iceServers: iceServers.map((one, place) => (place === at ? check : one)) });
      }),
    );
  }

  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#loops.then(work);
    this.#loops = result.catch(() => undefined);
    return result;
  }

  #learn(more: Partial<Findings>): void {
    this.#findings = { ...this.#findings, ...more };
    if (!this.#signal.aborted) this.#options.onProgress?.(this.report);
  }
}

const noAddress = {
  url: "",
  verdict: "failed",
  finding: "the page has no address to connect to",
  remedy: new LLMRTCClientError("SIGNALLING_FAILED", "").remedy,
  reason: "signalling",
} as const;
