/** What may be climbed on. */
export interface LadderRules {
  readonly webrtc: boolean;
  /** The server takes sound over the socket. */
  readonly socket: boolean;
  /** There are TURN servers, so that a try with them alone makes sense. */
  readonly relays: boolean;
}

/** A peer connection on its way or in use. A new `attempt` is a new one. */
export type PeerStep =
  | {
      readonly phase: "trying";
      readonly attempt: number;
      readonly relayOnly: boolean;
      readonly since: number;
    }
  | { readonly phase: "up"; readonly attempt: number }
  /** It was up; its path is silent and it looks for another. */
  | { readonly phase: "broken"; readonly attempt: number; readonly since: number }
  /** None: the next try comes at `probeAt`. */
  | { readonly phase: "none"; readonly probeAt: number };

/** Why sound goes the way it goes. */
export type LadderReason =
  /** The first thing that was tried. */
  | "first-try"
  /** The application wants it so, or the browser has no WebRTC. */
  | "only-choice"
  /** WebRTC was not there in time; it may come. */
  | "webrtc-slow"
  /** No path for WebRTC was found. */
  | "webrtc-failed"
  /** WebRTC worked and then lost its path. */
  | "webrtc-lost"
  /** A try with TURN servers alone connected. */
  | "relay-only"
  /** WebRTC works again, or at last. */
  | "webrtc-back";

/** Where the climb stands. Times are in milliseconds of one clock. */
export interface Ladder {
  readonly peer: PeerStep;
  readonly socket: "off" | "starting" | "on" | "refused";
  readonly attempts: number;
  /** Tries that failed since the last that did not. */
  readonly failures: number;
  readonly why: LadderReason;
  /** Nothing is left to climb on. */
  readonly fallen: boolean;
}

export type LadderEvent =
  /** Time has passed. */
  | { readonly type: "time" }
  /** Events of the peer of that attempt; those of earlier ones change nothing. */
  | {
      readonly type: "peer-connected" | "peer-interrupted" | "peer-lost";
      readonly attempt: number;
    }
  | { readonly type: "socket-on" }
  | { readonly type: "socket-refused" }
  /** The browser has another network. */
  | { readonly type: "network-changed" };

/** Nobody waits in silence longer than this: the socket begins while WebRTC still tries. */
export const socketAfterMs = 2500;
/** Where there is a path, ICE finds it within this: checks go on every 50 ms, and relays answer. */
export const tryMs = 5000;
/** A path that breaks is mostly back within this by itself. */
const socketAfterBreakMs = 3000;
/** While sound goes over the socket WebRTC is tried again, more and more rarely. */
const firstProbeMs = 30_000;
const longestProbeMs = 300_000;

/** Before the first step. */
export const foot: Ladder = {
  peer: { phase: "none", probeAt: Infinity },
  socket: "off",
  attempts: 0,
  failures: 0,
  why: "first-try",
  fallen: false,
};

export function startLadder(rules: LadderRules, now: number): Ladder {
  if (rules.webrtc) return tryPeer(foot, { relayOnly: false, now });
  return rules.socket
    ? { ...foot, socket: "starting", why: "only-choice" }
    : { ...foot, fallen: true };
}

/**
 * The whole climb: direct or relayed, then relayed only, with the socket beside them as soon as they
 * take long, and back to WebRTC when a later try connects. An event that means nothing changes nothing.
 */
export function climb(ladder: Ladder, event: LadderEvent, rules: LadderRules, now: number): Ladder {
  if (ladder.fallen) return ladder;
  switch (event.type) {
    case "time":
      return timePassed(ladder, rules, now);
    case "peer-connected":
      return isCurrent(ladder, event) ? peerConnected(ladder) : ladder;
    case "peer-interrupted": {
      const { peer } = ladder;
      if (peer.phase !== "up" || !isCurrent(ladder, event)) return ladder;
      return { ...ladder, peer: { phase: "broken", attempt: peer.attempt, since: now } };
    }
    case "peer-lost":
      return isCurrent(ladder, event) ? peerLost(ladder, rules, now) : ladder;
    case "socket-on":
      return ladder.socket === "starting" ? { ...ladder, socket: "on" } : ladder;
    case "socket-refused": {
      if (ladder.socket !== "starting" && ladder.socket !== "on") return ladder;
      const fallen = ladder.peer.phase === "none";
      return { ...ladder, socket: "refused", fallen };
    }
    case "network-changed":
      return networkChanged(ladder, rules, now);
  }
}

/** When time alone changes something; undefined: never. */
export function wakeAt(ladder: Ladder, rules: LadderRules): number | undefined {
  const { peer } = ladder;
  const mayStart = rules.socket && ladder.socket === "off";
  const times: number[] = [];
  if (ladder.fallen) return undefined;
  if (peer.phase === "none") times.push(peer.probeAt);
  if (peer.phase === "trying") {
    if (mayStart) times.push(peer.since + socketAfterMs);
    else if (hasSocket(ladder)) times.push(peer.since + tryMs);
  }
  if (peer.phase === "broken" && mayStart) times.push(peer.since + socketAfterBreakMs);
  const next = Math.min(...times);
  return Number.isFinite(next) ? next : undefined;
}

/** Sound can flow. */
export function carries({ peer, socket }: Ladder): boolean {
  return peer.phase === "up" || socket === "on";
}

const hasSocket = ({ socket }: Ladder): boolean => socket === "starting" || socket === "on";

function isCurrent({ peer }: Ladder, { attempt }: { readonly attempt: number }): boolean {
  return peer.phase !== "none" && peer.attempt === attempt;
}

function timePassed(ladder: Ladder, rules: LadderRules, now: number): Ladder {
  const { peer } = ladder;
  const mayStart = rules.socket && ladder.socket === "off";
  switch (peer.phase) {
    case "trying":
      if (mayStart && now >= peer.since + socketAfterMs) {
        const started: Ladder = { ...ladder, socket: "starting", why: "webrtc-slow" };
        return timePassed(started, rules, now);
      }
      // Without a socket to fall back on there is nothing to be gained by giving up.
      if (hasSocket(ladder) && now >= peer.since + tryMs) return peerLost(ladder, rules, now);
      return ladder;
    case "broken":
      return mayStart && now >= peer.since + socketAfterBreakMs
        ? { ...ladder, socket: "starting", why: "webrtc-lost" }
        : ladder;
    case "none":
      return now >= peer.probeAt ? tryPeer(ladder, { relayOnly: false, now }) : ladder;
    case "up":
      return ladder;
  }
}

/** What was found out about the old network says nothing about this one. */
function networkChanged(ladder: Ladder, rules: LadderRules, now: number): Ladder {
  const { phase } = ladder.peer;
  const anew = phase === "none" || (phase === "trying" && hasSocket(ladder));
  if (!anew || !rules.webrtc) return ladder;
  return tryPeer({ ...ladder, failures: 0 }, { relayOnly: false, now });
}

function peerConnected(ladder: Ladder): Ladder {
  const { peer, socket } = ladder;
  if (peer.phase !== "trying" && peer.phase !== "broken") return ladder;
  const relayOnly = peer.phase === "trying" && peer.relayOnly;
  const first = socket === "off" && ladder.attempts === 1;
  return {
    ...ladder,
    peer: { phase: "up", attempt: peer.attempt },
    socket: socket === "refused" ? "refused" : "off",
    failures: 0,
    why: relayOnly ? "relay-only" : first ? "first-try" : "webrtc-back",
  };
}

function peerLost(ladder: Ladder, rules: LadderRules, now: number): Ladder {
  const { peer } = ladder;
  const wasTrying = peer.phase === "trying";
  const mayFall = !rules.socket || ladder.socket === "refused";
  const socket = rules.socket && ladder.socket === "off" ? "starting" : ladder.socket;
  const next: Ladder = { ...ladder, socket, why: wasTrying ? "webrtc-failed" : "webrtc-lost" };
  if (wasTrying && !peer.relayOnly && rules.relays) return tryPeer(next, { relayOnly: true, now });
  if (mayFall) return { ...next, peer: { phase: "none", probeAt: Infinity }, fallen: true };
  if (!wasTrying) return tryPeer(next, { relayOnly: false, now }); // it worked a moment ago
  const probeAt = now + Math.min(longestProbeMs, firstProbeMs * 2 ** ladder.failures);
  return { ...next, peer: { phase: "none", probeAt }, failures: ladder.failures + 1 };
}

function tryPeer(
  ladder: Ladder,
  { relayOnly, now }: { readonly relayOnly: boolean; readonly now: number },
): Ladder {
  const attempt = ladder.attempts + 1;
  return {
    ...ladder,
    peer: { phase: "trying", attempt, relayOnly, since: now },
    attempts: attempt,
  };
}
