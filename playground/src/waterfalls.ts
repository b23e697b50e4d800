import type { TurnTimings } from "@metered/llmrtc-web-client";
import { element } from "./elements.ts";

const maxTurns = 5;

/** One part of the wait, from where the one before ends. */
interface Part {
  readonly name: string;
  readonly fromMs: number;
  readonly ms: number;
}

/** Where the time of the last turns went, newest first. */
export class Waterfalls {
  readonly #list = element("turns", HTMLOListElement);
  readonly #hint = element("turns-hint", HTMLElement);

  add(timings: TurnTimings): void {
    const parts = partsOf(timings);
    const last = parts.at(-1);
    if (!last) return;
    this.#hint.hidden = true;
    const item = document.createElement("li");
    const total = last.fromMs + last.ms;
    item.append(headline(timings, total), ...parts.map((part) => row(part, total)));
    this.#list.prepend(item);
    while (this.#list.children.length > maxTurns) this.#list.lastElementChild?.remove();
  }
}

/** The stages that the turn reached, each with the time that it took alone. */
function partsOf(timings: TurnTimings): Part[] {
  const stages: readonly (readonly [string, number | undefined])[] = [
    [`Wait (${timings.endOfTurnReason ?? "end of turn"})`, timings.endOfTurnMs],
    ["Transcript", timings.transcriptMs],
    ["First token", timings.llmFirstTokenMs],
    ["Sentence", timings.firstSentenceMs],
    ["Voice", timings.ttsFirstByteMs],
    ["Sending", timings.firstFrameMs],
    ["To your ear", timings.audibleMs],
  ];
  const parts: Part[] = [];
  let at = 0;
  for (const [name, ms] of stages) {
    if (ms === undefined) continue;
    parts.push({ name, fromMs: at, ms: Math.max(0, ms - at) });
    at = Math.max(at, ms);
  }
  return parts;
}

function headline(timings: TurnTimings, totalMs: number): HTMLElement {
  const line = document.createElement("p");
  const total = document.createElement("b");
  total.textContent = `${totalMs} ms`;
  const what = ` to ${goalOf(timings)}`;
  const heard = timings.attested ? "heard" : "sent";
  const said = `${seconds(timings.heardMs)} of ${seconds(timings.spokenMs)} s ${heard}`;
  line.append(total, what);
  if (timings.spokenMs > 0) line.append(`, ${said}${timings.interrupted ? ", interrupted" : ""}`);
  return line;
}

function goalOf({ audibleMs, firstFrameMs, interrupted }: TurnTimings): string {
  if (audibleMs !== undefined) return "the first sound";
  if (firstFrameMs !== undefined) return "the first frame";
  return interrupted ? "the interruption" : "the end, without a sound";
}

function row({ name, fromMs, ms }: Part, totalMs: number): HTMLElement {
  const line = document.createElement("div");
  const label = document.createElement("span");
  label.textContent = name;
  const track = document.createElement("i");
  track.style.setProperty("--from", `${percent(fromMs, totalMs)}%`);
  track.style.setProperty("--width", `${percent(ms, totalMs)}%`);
  const value = document.createElement("span");
  value.textContent = `${ms}`;
  line.append(label, track, value);
  return line;
}

function percent(ms: number, ofMs: number): number {
  return ofMs === 0 ? 0 : (100 * ms) / ofMs;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
