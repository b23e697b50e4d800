import {
  type ConnectionReport,
  ConnectionState,
  LLMRTCClientError,
  LLMRTCWebClient,
} from "@metered/llmrtc-web-client";
import { Captions } from "./captions.ts";
import { CheckPanel } from "./check-panel.ts";
import { MicrophoneChoice } from "./devices.ts";
import { element } from "./elements.ts";
import { EventLog } from "./event-log.ts";
import { Notice } from "./notice.ts";
import { PushToTalk } from "./push-to-talk.ts";
import { Waterfalls } from "./waterfalls.ts";
import { fact, showServerFacts } from "./server-facts.ts";

const suggestions = [
  "What can you do?",
  "What time is it?",
  "What is twelve times seven?",
  "My name is Anna. What is my name?",
];

const stateNames: Record<ConnectionState, string> = {
  [ConnectionState.DISCONNECTED]: "Not connected",
  [ConnectionState.CONNECTING]: "Connecting",
  [ConnectionState.CONNECTED]: "Connected",
  [ConnectionState.RECONNECTING]: "Reconnecting",
  [ConnectionState.FAILED]: "Failed",
  [ConnectionState.CLOSED]: "Ended",
};

const signallingUrl = new URL("./", location.href);
signallingUrl.protocol = signallingUrl.protocol === "https:" ? "wss:" : "ws:";

const client = new LLMRTCWebClient({ signallingUrl: signallingUrl.href });
const captions = new Captions();
const log = new EventLog();
const notice = new Notice();
const waterfalls = new Waterfalls();
const microphones = new MicrophoneChoice((deviceId) => {
  if (client.microphone) void shareMicrophone(deviceId);
});

const pushToTalk = new PushToTalk(client, showError);
const checkPanel = new CheckPanel({
  signallingUrl: signallingUrl.href,
  microphone: () => microphones.deviceId,
  finished: ({ verdict, step }) => {
    log.add("check", `${verdict}: ${step}`);
    void microphones.refresh();
  },
});

const checkHelp = {
  label: "Check my connection",
  run: () => {
    checkPanel.open();
  },
};

const startButton = element("start", HTMLButtonElement);
const muteButton = element("mute", HTMLButtonElement);
const interruptButton = element("interrupt", HTMLButtonElement);
const textInput = element("text", HTMLInputElement);
const sendButton = element("send", HTMLButtonElement);
const statePill = element("state", HTMLElement);
const levelIn = element("level-in", HTMLMeterElement);
const levelOut = element("level-out", HTMLMeterElement);

/** A turn of a server that does not number them. */
let unnumbered = 0;
const turnOf = ({ turnId }: { readonly turnId?: string }): string => turnId ?? `#${unnumbered}`;

function isLive(): boolean {
  const { state } = client;
  return (
    state === ConnectionState.CONNECTED ||
    state === ConnectionState.CONNECTING ||
    state === ConnectionState.RECONNECTING
  );
}

async function start(): Promise<void> {
  notice.hide();
  const connected = client.start();
  void shareMicrophone(microphones.deviceId);
  try {
    await connected;
  } catch (error) {
    showError(error, { label: "Try again", run: () => void start() });
  }
}

async function shareMicrophone(deviceId: string): Promise<void> {
  try {
    await client.shareAudio(deviceId ? { deviceId: { exact: deviceId } } : {});
  } catch (error) {
    showError(error, {
      label: "Try again",
      run: () => void shareMicrophone(microphones.deviceId),
    });
  }
}

function showError(error: unknown, action?: { label: string; run: () => void }): void {
  if (!(error instanceof LLMRTCClientError)) throw error;
  if (error.code === "CLOSED") return; // the person ended the call
  const { code, message, remedy, reason } = error;
  const isLost = /^(CONNECTION|RECONNECTION|SIGNALLING)_FAILED$/.test(code);
  notice.show({
    title: message,
    remedy,
    ...(action && { action }),
    ...(isLost && { help: checkHelp }),
  });
  log.add("error", `${code}${reason ? ` (${reason})` : ""}: ${message}`);
}

function wayOf({ kind, pair }: ConnectionReport): string {
  if (kind === "websocket") return "WebSocket";
  if (!pair) return "WebRTC";
  if (pair.local === "relay") return `relay over ${(pair.relayProtocol ?? "udp").toUpperCase()}`;
  return `direct over ${pair.protocol.toUpperCase()}`;
}

/** Nothing before any sound has come, and over the WebSocket. */
function qualityOf({ lossPct, jitterMs = 0 }: ConnectionReport): string[] {
  return lossPct === undefined ? [] : [`${lossPct} % lost`, `jitter ${Math.round(jitterMs)} ms`];
}

function send(text: string): void {
  try {
    client.sendText(text);
    log.add("text", text);
  } catch (error) {
    showError(error);
  }
}

function showState(state: ConnectionState): void {
  const connected = state === ConnectionState.CONNECTED;
  statePill.textContent = stateNames[state];
  statePill.dataset["state"] = state;
  startButton.textContent = isLive() ? "End call" : "Start";
  startButton.classList.toggle("danger", isLive());
  for (const control of [textInput, sendButton, interruptButton]) control.disabled = !connected;
  showMicrophone();
  log.add("state", state);
  if (connected && client.roundTripTimeMs !== undefined) {
    fact("Round trip", `${Math.round(client.roundTripTimeMs)} ms`);
  }
}

function showMicrophone(): void {
  muteButton.disabled = !client.microphone;
  muteButton.setAttribute("aria-pressed", String(client.muted && client.microphone !== null));
  muteButton.textContent = client.microphone?.muted ? "Unmute" : "Mute";
  pushToTalk.show();
}

client.on("stateChange", showState);
client.on("transcript", (text, isFinal, info) => {
  captions.heard(turnOf(info), text, isFinal);
  if (isFinal) log.add("transcript", text);
});
client.on("llmChunk", (words, info) => {
  captions.written(turnOf(info), words);
});
client.on("llm", (text) => {
  unnumbered++;
  log.add("reply", text);
});
client.on("speechStart", () => {
  log.add("speech-start");
});
client.on("speechEnd", () => {
  log.add("speech-end");
});
client.on("ttsStart", () => {
  log.add("tts-start");
});
client.on("ttsSentence", (sentence, info) => {
  captions.spoken(turnOf(info), sentence);
});
client.on("ttsComplete", (info) => {
  captions.finished(turnOf(info));
  log.add("tts-complete");
});
client.on("ttsCancelled", (info) => {
  captions.interrupted(turnOf(info));
  log.add("tts-cancelled");
});
client.on("ttsPaused", (info) => {
  captions.paused(turnOf(info), true);
  log.add("tts-paused");
});
client.on("ttsResumed", (info) => {
  captions.paused(turnOf(info), false);
  log.add("tts-resumed");
});
client.on("turnWithdrawn", (_by, info) => {
  captions.withdrawn(turnOf(info));
  log.add("turn-withdrawn");
});
client.on("turnTimings", (timings) => {
  waterfalls.add(timings);
});
client.on("level", ({ input, output }) => {
  levelIn.value = input;
  levelOut.value = output;
});
client.on("microphoneChange", (microphone) => {
  showMicrophone();
  log.add("microphone", microphone ? microphone.label || "on" : "off");
  void microphones.refresh(microphone?.deviceId);
});
client.on("devicesChange", () => {
  void microphones.refresh();
});
let stepAt: number | undefined;
client.on("connectionReport", (report) => {
  fact("Way of sound", [wayOf(report), ...qualityOf(report)].join(", "));
  if (report.afterMs === stepAt) return; // fresh figures of the same step
  stepAt = report.afterMs;
  log.add(
    "connection",
    `${wayOf(report)} (${report.why}${report.reason ? `, ${report.reason}` : ""})`,
  );
});
client.on("reconnecting", (attempt, attempts, reason) => {
  log.add("reconnecting", `${attempt} of ${attempts}: ${reason.code} (${reason.reason ?? ""})`);
  notice.show({
    title: "The connection was lost.",
    remedy: `Trying to come back (${attempt} of ${attempts}) …`,
    help: checkHelp,
  });
});
client.on("reconnected", (historyRecovered) => {
  notice.hide();
  log.add("reconnected", historyRecovered ? "conversation kept" : "new conversation");
});
client.on("playbackBlocked", (error) => {
  showError(error, {
    label: "Play",
    run: () => {
      client.resumePlayback().catch(showError);
    },
  });
});
client.on("hangUp", (reason) => {
  log.add("hang-up", reason);
  notice.show({
    title: "The agent has ended the call.",
    remedy: reason === "silence" ? "Nobody had said anything for a while." : reason,
    action: { label: "Start again", run: () => void start() },
  });
});
client.on("error", (error) => {
  captions.finishAll();
  showError(error, isLive() ? undefined : { label: "Start again", run: () => void start() });
});

startButton.addEventListener("click", () => {
  if (isLive()) client.close();
  else void start();
});
muteButton.addEventListener("click", () => {
  if (client.muted) client.unmute();
  else client.mute();
});
interruptButton.addEventListener("click", () => {
  try {
    client.interrupt();
  } catch (error) {
    showError(error);
  }
});
textInput.addEventListener("input", () => {
  client.typing();
});
element("composer", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  const text = textInput.value.trim();
  if (!text) return;
  textInput.value = "";
  send(text);
});
element("suggestions", HTMLUListElement).append(
  ...suggestions.map((text) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => {
      if (client.state === ConnectionState.CONNECTED) send(text);
      else
        void start().then(() => {
          if (client.state === ConnectionState.CONNECTED) send(text);
        });
    });
    item.append(button);
    return item;
  }),
);
addEventListener("pagehide", () => {
  client.close();
});

void microphones.refresh();
showServerFacts().catch(() => {
  // The page works without the facts; a lost server shows when the call starts.
});
