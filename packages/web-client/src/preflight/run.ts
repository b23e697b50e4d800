import { silentLogger, type Logger } from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import { LLMRTCClientError } from "../errors.ts";
import { atMost } from "./at-most.ts";
import { checkIceServer } from "./ice-server-check.ts";
import { iceTargets, type IceTarget } from "./ice-targets.ts";
import { judge, type Findings } from "./judge.ts";
import { limited } from "./limit.ts";
import { checkMicrophone } from "./microphone-check.ts";
import type { PreflightOptions } from "./options.ts";
import { checkPath } from "./path-check.ts";
import type { MicrophoneCheck, PreflightReport } from "./report.ts";
import { checkServer, type Server } from "./server-check.ts";
import { judgeLoss } from "./server-words.ts";

/** Of all but the microphone: 10 s until the server has greeted, and 10 s for two tries of WebRTC. */
const withinMs = 20_000;
/** A good network has connected by then, and each server can be asked alone. */
const pathFirstMs = 1500;
/** Each takes a second relay beside the one that the server gave when it was asked. */
const loopsAtOnce = 2;
const defaultIceServers: readonly RTCIceServer[] = [{ urls: "stun:stun.metered.ca:80" }];

/** The findings of one check, as they come. */
export class Run {
  readonly #options: PreflightOptions;
  readonly #environment: Environment;
  readonly #signal: AbortSignal;
  /** What most checks take. */
  readonly #common: {
    readonly environment: Environment;
    readonly signal: AbortSignal;
    readonly logger: Logger;
  };
  readonly #begun: number;
  readonly #startedAt = new Date().toISOString();
  #findings: Findings = {
    server: { url: "", verdict: "running", finding: "opening the WebSocket" },
    path: { verdict: "running", finding: "waits for the server" },
    iceServers: [],
    microphone: { verdict: "running", finding: "waits for the browser's permission" },
    socketAudio: false,
  };

  constructor(options: PreflightOptions, environment: Environment, signal: AbortSignal) {
    this.#options = options;
    this.#environment = environment;
    this.#signal = signal;
    this.#common = { environment, signal, logger: options.logger ?? silentLogger };
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
    const { clock } = this.#environment;
    const limit = limited(withinMs, { clock, signal: this.#signal });
    try {
      await this.#connection(limit.signal);
    } finally {
      limit.end();
    }
  }

  async #connection(timeUp: AbortSignal): Promise<void> {
    const { signallingUrl, iceServers: own = [], protocols = [] } = this.#options;
    const list = typeof protocols === "string" ? [protocols] : protocols;
    const { check, server } = await checkServer({
      ...this.#common,
      signallingUrl,
      protocols: list,
    });
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
      this.#learn({ path: withoutServer });
      await this.#askAll(targets, timeUp);
      return;
    }
    try {
      this.#learn({ socketAudio: server.features.has("websocket-audio") });
      const path = this.#connect(server, iceServers);
      // The call first, as a TURN server may allow a user few relays at once; then, or soon, each server.
      await this.#orSoon(path);
      await Promise.all([path, this.#askAll(targets, timeUp)]);
    } finally {
      if (server.ready.features) server.signalling.send({ type: "bye" });
      server.signalling.close();
    }
  }

  async #connect(server: Server, iceServers: readonly RTCIceServer[]): Promise<void> {
    const { iceTransportPolicy = server.ready.iceTransportPolicy ?? "all" } = this.#options;
    this.#learn({ path: { verdict: "running", finding: "connecting" } });
    try {
      const path = await checkPath({ ...this.#common, server, iceServers, iceTransportPolicy });
      this.#learn({ path });
    } catch (error) {
      if (this.#signal.aborted || !(error instanceof LLMRTCClientError)) throw error;
      this.#learn({ server: judgeLoss(this.#findings.server, error), path: withoutServer });
    }
  }

  async #orSoon(path: Promise<void>): Promise<void> {
    let cancel: () => void = () => undefined;
    const soon = new Promise<void>((resolve) => {
      cancel = this.#environment.clock.after(pathFirstMs, resolve);
    });
    await Promise.race([path, soon]).finally(cancel);
  }

  async #askAll(targets: readonly IceTarget[], timeUp: AbortSignal): Promise<void> {
    const inTurn = atMost(loopsAtOnce);
    await Promise.all(
      targets.map(async (target, at) => {
        const check = await checkIceServer(target, { ...this.#common, timeUp, inTurn });
        const { iceServers } = this.#findings;
        this.#learn({ iceServers: iceServers.map((one, place) => (place === at ? check : one)) });
      }),
    );
  }

  #learn(more: Partial<Findings>): void {
    this.#findings = { ...this.#findings, ...more };
    if (!this.#signal.aborted) this.#options.onProgress?.(this.report);
  }
}

const withoutServer = { verdict: "skipped", finding: "not checked without a server" } as const;
