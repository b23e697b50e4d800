import { onceEvent } from "./once-event.ts";

export interface RelayLoopOptions {
  /** Has offered a data channel, and has a relay. */
  readonly near: RTCPeerConnection;
  readonly channel: RTCDataChannel;
  /** The other end: on the same relay server, and on that alone. */
  readonly far: RTCPeerConnection;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const pings = 3;

/** Sends through two relays of one server and back: the shortest time of three, in ms. */
export async function relayLoop(options: RelayLoopOptions): Promise<number> {
  const { near, far, channel, now, signal } = options;
  far.addEventListener(
    "datachannel",
    ({ channel: echo }) => {
      echo.addEventListener("message", ({ data }: MessageEvent<string>) => {
        echo.send(data);
      });
    },
    { signal },
  );
  const offer = near.localDescription;
  if (!offer) throw new Error("There is no offer");
  const candidates: RTCIceCandidate[] = [];
  let answered = false;
  far.addEventListener(
    "icecandidate",
    ({ candidate }) => {
      if (!candidate) return;
      if (answered) void near.addIceCandidate(candidate);
      else candidates.push(candidate);
    },
    { signal },
  );
  await far.setRemoteDescription(offer);
  await far.setLocalDescription();
  if (!far.localDescription) throw new Error("There is no answer");
  await near.setRemoteDescription(far.localDescription);
  answered = true;
  for (const candidate of candidates) await near.addIceCandidate(candidate);
  if (channel.readyState !== "open") await onceEvent(channel, "open", signal);
  let shortest = Infinity;
  for (let at = 0; at < pings; at++) {
    const sent = now();
    const back = onceEvent(channel, "message", signal);
    channel.send("ping");
    await back;
    shortest = Math.min(shortest, now() - sent);
  }
  return shortest;
}
