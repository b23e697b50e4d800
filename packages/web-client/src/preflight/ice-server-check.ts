import type { Environment } from "../environment.ts";
import { hasWebRtc } from "./has-web-rtc.ts";
import {
  judgeAnswer,
  judgeRefusal,
  judgeRelay,
  judgeUnfinished,
  type IceAnswer,
} from "./ice-server-words.ts";
import type { IceTarget } from "./ice-targets.ts";
import { limited } from "./limit.ts";
import { relayLoop } from "./relay-loop.ts";
import type { IceServerCheck } from "./report.ts";

export interface IceServerCheckOptions {
  readonly environment: Pick<Environment, "clock" | "createPeer">;
  /** Few relay loops at a time: a TURN server may allow a user few relays, and each takes two. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
  /** Aborts with `signal`, and when the time of the whole check is up: what is known by then is the finding. */
  readonly timeUp: AbortSignal;
}

const answerWithinMs = 5000;
const relayWithinMs = 3000;

/**
 * Asks one STUN or TURN server for an address, and sends through the relay that it gives. A URL that the
 * browser refuses is a finding too.
 *
 * @throws the signal's reason when it aborts
 */
export async function checkIceServer(
  target: IceTarget,
  options: IceServerCheckOptions,
): Promise<IceServerCheck> {
  const { url, kind, transport } = target;
  const { environment, signal } = options;
  const answer = await ask(target, options).catch((error: unknown) => {
    return judgeRefusal(error, hasWebRtc(environment));
  });
  signal.throwIfAborted();
  return { url, kind, transport, ...answer };
}

type Answer = Omit<IceServerCheck, "url" | "kind" | "transport">;

async function ask(target: IceTarget, options: IceServerCheckOptions): Promise<Answer> {
  const { environment, timeUp } = options;
  const { kind, server } = target;
  const configuration: RTCConfiguration = {
    iceServers: [server],
    iceTransportPolicy: kind === "turn" ? "relay" : "all",
  };
  const peer = environment.createPeer(configuration);
  try {
    const channel = peer.createDataChannel("check");
    const answer = await addressFrom(peer, kind, options);
    if (answer.type === "silent" && timeUp.aborted) return judgeUnfinished();
    const reached = judgeAnswer(answer, target);
    if (answer.type !== "address") return reached;
    const reachedMs = answer.ms;
    if (kind !== "turn") return { ...reached, reachedMs };
    const relayMs = await options.inTurn(() => loop(peer, channel, configuration, options));
    if (relayMs === undefined && timeUp.aborted) {
      return { ...judgeUnfinished(reached), reachedMs };
    }
    const judged = judgeRelay(reached, relayMs);
    return { ...judged, reachedMs, ...(relayMs !== undefined && { relayMs }) };
  } finally {
    peer.close();
  }
}

/** Gathers, and waits for the first address, a refusal, or the end of the browser's patience. */
async function addressFrom(
  peer: RTCPeerConnection,
  kind: IceTarget["kind"],
  { environment: { clock }, timeUp }: IceServerCheckOptions,
): Promise<IceAnswer> {
  const limit = limited(answerWithinMs, { clock, signal: timeUp });
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
          if (kind !== "turn" && !unanswered && refusal === undefined) found();
          else fail();
        },
        listen,
      );
      limit.signal.addEventListener("abort", fail, listen);
      if (limit.signal.aborted) fail();
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
  { environment, timeUp }: IceServerCheckOptions,
): Promise<number | undefined> {
  if (timeUp.aborted) return undefined;
  const { clock } = environment;
  const limit = limited(relayWithinMs, { clock, signal: timeUp });
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
