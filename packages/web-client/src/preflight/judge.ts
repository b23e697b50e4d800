import type { SelectedPair } from "@metered/llmrtc-core";
import type {
  CheckVerdict,
  IceServerCheck,
  LikelyStep,
  MicrophoneCheck,
  PathCheck,
  PreflightReport,
  Rung,
  ServerCheck,
} from "./report.ts";

/** What is known so far. */
export interface Findings {
  readonly server: ServerCheck;
  readonly path: PathCheck;
  readonly iceServers: readonly IceServerCheck[];
  readonly microphone: MicrophoneCheck;
  /** The server takes sound over the WebSocket. */
  readonly socketAudio: boolean;
}

type Judgement = Pick<PreflightReport, "verdict" | "step" | "ladder" | "summary">;

/** What a call from here would be like. */
export function judge(findings: Findings): Judgement {
  const { server, path, iceServers, microphone } = findings;
  const step = likelyStep(findings);
  const all = [server, path, microphone, ...iceServers];
  const running = all.some(({ verdict }) => verdict === "running");
  return {
    step,
    ladder: rungs.map((rung) => {
      return { step: rung, state: rung === step ? "likely" : stateOf(rung, findings) };
    }),
    verdict: running ? "running" : verdictOf(findings, step),
    summary: summaryOf(findings, step),
  };
}

function likelyStep({ server, path, socketAudio }: Findings): LikelyStep {
  if (server.verdict === "failed") return "none";
  if (path.reason === "unsupported") return "none"; // clients do not start without WebRTC
  if (path.verdict === "running" || server.verdict === "running") return "unknown";
  if (path.pair) return stepOf(path.pair);
  if (path.verdict === "ok") return "direct"; // connected, but the browser does not say how
  return socketAudio ? "websocket" : "none";
}

function stepOf({ local, relayProtocol = "udp" }: SelectedPair): LikelyStep {
  // A relay of the server's is its own affair: from here it is a direct path.
  return local === "relay" ? `relay-${relayProtocol}` : "direct";
}

const rungs = ["direct", "relay-udp", "relay-tcp", "relay-tls", "websocket"] as const;

/** Of a step that the call does not take. */
function stateOf(rung: Rung["step"], findings: Findings): Rung["state"] {
  const { server, path, iceServers, socketAudio } = findings;
  if (rung === "direct") return path.verdict === "running" ? "running" : "blocked";
  if (rung === "websocket") {
    if (server.verdict !== "ok") return server.verdict === "running" ? "running" : "blocked";
    return socketAudio ? "works" : "absent";
  }
  const relays = iceServers.filter(({ kind, transport }) => {
    return kind === "turn" && rung === `relay-${transport}`;
  });
  if (relays.some(({ verdict }) => verdict === "ok")) return "works";
  if (relays.some(({ verdict }) => verdict === "running")) return "running";
  if (server.verdict === "running") return "running";
  if (relays.some(({ verdict }) => verdict === "skipped")) return "unknown";
  return relays.length > 0 ? "blocked" : "absent";
}

function verdictOf(findings: Findings, step: LikelyStep): Exclude<CheckVerdict, "skipped"> {
  if (step === "none") return "failed";
  const { microphone, iceServers } = findings;
  const deaf = microphone.verdict === "failed" || microphone.verdict === "warning";
  const flawed = iceServers.some(({ reason }) => reason !== undefined);
  return step === "websocket" || deaf || flawed ? "warning" : "ok";
}

const sentences: Readonly<Record<LikelyStep, string>> = {
  direct: "Calls go the direct way: the best there is.",
  "relay-udp": "Calls go through a relay over UDP: as good as direct, a little longer.",
  "relay-tcp": "Calls go through a relay over TCP, as this network blocks UDP.",
  "relay-tls": "Calls go through a relay over TLS, as this network lets nothing else out.",
  websocket: "Calls go over the WebSocket, as WebRTC does not get through here.",
  none: "No call can be made from here.",
  unknown: "Looking for the best way to the server …",
};

function summaryOf(findings: Findings, step: LikelyStep): string {
  const flaw = step === "none" || step === "unknown" ? undefined : flawOf(findings);
  return flaw === undefined ? sentences[step] : `${sentences[step]} ${flaw}`;
}

/** What is not as it should be, though a call connects. */
function flawOf({ microphone, iceServers }: Findings): string | undefined {
  if (microphone.verdict === "failed") return "But the microphone does not work.";
  if (microphone.verdict === "warning") return "But the microphone heard nobody.";
  const refused = iceServers.some(({ reason }) => reason === "credentials");
  return refused ? "But a TURN server refuses the credentials." : undefined;
}
