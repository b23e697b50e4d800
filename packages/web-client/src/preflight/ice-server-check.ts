import type { Clock } from "@metered/llmrtc-core";
import type { Environment } from "../environment.ts";
import { judgeAnswer, judgeRelay, type IceAnswer } from "./ice-server-words.ts";
import type { IceTarget } from "./ice-targets.ts";
import { limited } from "./limit.ts";
import { relayLoop } from "./relay-loop.ts";
import type { IceServerCheck } from "./report.ts";

export interface IceServerCheckOptions {
  readonly environment: Pick<Environment, "clock" | "createPeer">;
  /** One relay loop at a time: a TURN server may allow a user few relays. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

const answerWithinMs = 5000;
const relayWithinMs = 3000;

/**
 * Asks one STUN or TURN server for an address, and sends through the relay that it gives.
 *
 * @throws the signal's reason when it aborts
 */
export async function checkIceServer(
  target: IceTarget,
  options: IceServerCheckOptions,
): Promise<IceServerCheck> {
  const { environment, signal } = options;
  const { url, kind, transport, server } = target;
  const configuration: RTCConfiguration = {
    iceServers: [server],
    iceTransportPolicy: kind === "turn" ? "relay" : "all",
  };
  const about = { url, kind, transport };
  const peer = environment.createPeer(configuration);
  try {
    const channel = peer.createDataChannel("check");
    const answer = await addressFrom(peer, kind, options);
    signal.throwIfAborted();
    const reached = judgeAnswer(answer, target);
    if (answer.type !== "address") return { ...about, ...reached };
    const reachedMs = answer.ms;
    if (kind === "stun") return { ...about, ...reached, reachedMs };
    const relayMs = await options.oneAtATime(() => loop(peer, channel, configuration, options));
    signal.throwIfAborted();
    const judged = judgeRelay(reached, relayMs);
    return { ...about, ...judged, reachedMs, ...(relayMs !== undefined && { relayMs }) };
  } finally {
    peer.close();
  }
}

/** Gathers, and waits for the first address, a refusal, or the end of the browser's patience. */
async function addressFrom(
  peer: RTCPeerConnection,
  kind: IceTarget["kind"],
  { environment: { clock }, signal }: IceServerCheckOptions,
): Promise<IceAnswer> {
  const limit = limited(answerWithinMs, { clock, signal });
  const listening = new AbortController();
  const listen = { signal: listening.signal };
  const wanted = kind === "turn" ? " typ relay" : " typ srflx";
  const begun = clock.now();
  let refusal: number | undefined;
  let lookedUp = true;
  let unanswered = false;
  try {
    return await new Promise<IceAnswer>((resolve, reject) => {
      const fail = (): void => {
        resolve(
          refusal === undefined ? { type: "silent", lookedUp } : { type: "refused", code: refusal },
        );
      };
      const found = (): void => {
        resolve({ type: "address", ms: clock.now() - begun });
      };
      peer.addEventListener(
        "icecandidate",
        ({ candidate }) => {
          if (candidate?.candidate.includes(wanted)) found();
        },
        listen,
      );
      peer.addEventListener(
        "icecandidateerror",
        ({ errorCode, errorText }) => {
          // 300 to 699 come from the server; the rest is the browser's own, and another network may do.
          if (errorCode >= 300 && errorCode < 700) refusal = errorCode;
          else unanswered = true;
          if (/lookup/i.test(errorText)) lookedUp = false;
        },
        listen,
      );
      peer.addEventListener(
        "icegatheringstatechange",
        () => {
          if (peer.iceGatheringState !== "complete") return;
          // A STUN server that sees a host address as it is gives no candidate of its own, and no error.
          if (kind === "stun" && !unanswered && refusal === undefined) found();
          else fail();
        },
        listen,
      );
      limit.signal.addEventListener("abort", fail, listen);
      peer.setLocalDescription().catch(reject);
    });
  } finally {
    listening.abort();
    limit.end();
  }
}

async function loop(
  near: RTCPeerConnection,
  channel: RTCDataChannel,
  configuration: RTCConfiguration,
  { environment, signal }: IceServerCheckOptions,
): Promise<number | undefined> {
  const { clock }: { clock: Clock } = environment;
  const limit = limited(relayWithinMs, { clock, signal });
  const far = environment.createPeer(configuration);
  try {
    const now = () => clock.now();
    return await relayLoop({ near, far, channel, now, signal: limit.signal });
  } catch {
    return undefined; // nothing came back in time, and that is the finding
  } finally {
    limit.end();
    far.close();
  }
}
