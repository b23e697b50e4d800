import type {
  Check,
  IceServerCheck,
  MicrophoneCheck,
  PreflightReport,
  Rung,
} from "@metered/llmrtc-web-client/preflight";

const stepNames: Readonly<Record<Rung["step"], string>> = {
  direct: "Direct",
  "relay-udp": "Relay UDP",
  "relay-tcp": "Relay TCP",
  "relay-tls": "Relay TLS",
  websocket: "WebSocket",
};

const stateNames: Readonly<Record<Rung["state"], string>> = {
  likely: "your call",
  works: "ready",
  blocked: "not here",
  absent: "not offered",
  running: "checking",
  unknown: "not known",
};

/** The steps of the ladder, best first. */
export function ladderItems({ ladder }: PreflightReport): HTMLElement[] {
  return ladder.map(({ step, state }) => {
    const item = make("li", "");
    item.dataset["state"] = state;
    item.append(make("b", stepNames[step]), make("span", stateNames[state]));
    return item;
  });
}

/** What does not depend on the list of servers. */
export function mainRows({ server, path, microphone }: PreflightReport): HTMLElement[] {
  return [
    row("Server", server, { detail: server.url }),
    row("WebRTC", path),
    row("Microphone", microphone, {
      detail: microphone.label ?? "",
      ...(microphone.level !== undefined && { extra: meter(microphone) }),
    }),
  ];
}

/** One row for each server and transport. */
export function iceRows({ iceServers }: PreflightReport): HTMLElement[] {
  return iceServers.map((check) => {
    if (check.kind === "unknown") return row("URL", check, { detail: check.url });
    const address = check.url.replace(/^\w+:/, "").replace(/\?.*$/, "");
    const extra = make("span", transportOf(check));
    extra.className = "chip";
    return row(check.kind.toUpperCase(), check, { detail: address, extra });
  });
}

function transportOf({ transport }: IceServerCheck): string {
  return transport.toUpperCase();
}

interface RowOptions {
  readonly detail?: string;
  readonly extra?: HTMLElement;
}

function row(name: string, check: Check, { detail = "", extra }: RowOptions = {}): HTMLElement {
  const item = make("li", "");
  item.dataset["verdict"] = check.verdict;
  const mark = make("i", "");
  mark.className = "mark";
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", check.verdict);
  const head = make("p", "");
  head.append(make("b", name));
  if (extra?.className === "chip") head.append(extra);
  if (detail) head.append(make("span", detail));
  const finding = make("p", capital(check.finding));
  finding.className = "finding";
  const body = make("div", "");
  body.append(head, finding);
  if (extra && extra.className !== "chip") body.append(extra);
  if (check.remedy) {
    const remedy = make("p", check.remedy);
    remedy.className = "remedy";
    body.append(remedy);
  }
  item.append(mark, body);
  return item;
}

function meter({ level = 0 }: MicrophoneCheck): HTMLElement {
  const bar = document.createElement("meter");
  bar.value = level;
  bar.setAttribute("aria-label", "Loudest so far");
  return bar;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function make(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
