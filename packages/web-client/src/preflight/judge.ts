import type { SelectedPair } from "@metered/llmrtc-core";
import type {
  CheckVerdict,
  IceServerCheck,
  LikelyStep,
  MicrophoneCheck,
  PathCheck,
  PreflightReport,
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

type Judgement = Pick<PreflightReport, "verdict" | "step" | "summary">;

/** What a call from here would be like. */
export function judge(findings: Findings): Judgement {
  const { server, path, iceServers, microphone } = findings;
  const step = likelyStep(findings);
  const all = [server, path, microphone, ...iceServers];
  const running = all.some(({ verdict }) => verdict === "running");
  return {
    step,
    verdict: running ? "running" : verdictOf(findings, step),
    summary: summaryOf(findings, step),
  };
}

function likelyStep({ server, path, socketAudio }: Findings): LikelyStep {
  if (server.verdict === "failed") return "none";
  if (path.verdict === "running" || server.verdict === "running") return "unknown";
  if (path.pair) return stepOf(path.pair);
  if (path.verdict === "ok") return "direct"; // connected, but the browser does not say how
  return socketAudio ? "websocket" : "none";
}

function stepOf({ local, relayProtocol = "udp" }: SelectedPair): LikelyStep {
  // A relay of the server's is its own affair: from here it is a direct path.
  return local === "relay" ? `relay-${relayProtocol}` : "direct";
}

function verdictOf(findings: Findings, step: LikelyStep): Exclude<CheckVerdict, "skipped"> {
  if (step === "none") return "failed";
  const { microphone, iceServers } = findings;
  const deaf = microphone.verdict === "failed" || microphone.verdict === "warning";
  const refused = iceServers.some(({ reason }) => reason === "credentials");
  return step === "websocket" || deaf || refused ? "warning" : "ok";
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

function summaryOf({ microphone }: Findings, step: LikelyStep): string {
  const unheard = step !== "none" && step !== "unknown" && microphone.verdict === "failed";
  return unheard ? `${sentences[step]} But the microphone does not work.` : sentences[step];
}
