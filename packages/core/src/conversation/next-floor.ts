import {
  type Agent,
  defaultFloorRules,
  emptyFloor,
  type Floor,
  type FloorEffect,
  type FloorEvent,
  type FloorRules,
  isHeld,
  type Part,
} from "./floor.ts";

export interface FloorStep {
  readonly floor: Floor;
  readonly effects: readonly FloorEffect[];
}

/**
 * One step of the conversation, for any event in any state; what does not fit changes nothing. One
 * reply runs at a time, and every part that is not judged to be nothing is answered once.
 */
export function nextFloor(
  floor: Floor,
  event: FloorEvent,
  rules: FloorRules = defaultFloorRules,
): FloorStep {
  const told = hear(floor, event, rules);
  const moved = moveOn(told.floor, rules);
  const effects = [...told.effects, ...moved.effects];
  const [held, holds] = [isHeld(floor), isHeld(moved.floor)];
  if (!held && holds) effects.push({ type: "hold" });
  if (held && !holds) effects.push({ type: "release" });
  return { floor: moved.floor, effects };
}

function hear(floor: Floor, event: FloorEvent, rules: FloorRules): FloorStep {
  const { parts, agent } = floor;
  switch (event.type) {
    case "voice-noticed":
      return quietly({ ...floor, noticed: true });
    case "voice-lost":
      return quietly({ ...floor, noticed: false });
    case "speech-started":
      return begin({ ...floor, noticed: false }, event, rules);
    case "speech-resumed": {
      const part = find(floor, event.id);
      if (part?.phase !== "hearing" || part.standing === "taken") return quietly(floor);
      return quietly(change(floor, event.id, { standing: "contested" }));
    }
    case "speech-ended": {
      const part = find(floor, event.id);
      if (part?.phase !== "hearing") return quietly(floor);
      if (part.standing === "nothing") return drop(floor, event.id);
      return quietly(change(floor, event.id, { phase: "understanding" }));
    }
    case "judged":
      return judged(floor, event, rules);
    case "understood": {
      if (event.empty) return quietly(without(floor, event.id));
      const known = change(floor, event.id, { phase: "ready" });
      const part = find(known, event.id);
      return part && part.standing !== "taken" ? take(known, part, rules) : quietly(known);
    }
    case "typed":
    case "recorded": {
      const typed = event.type === "typed";
      const part: Part = {
        id: event.id,
        by: typed ? "text" : "recording",
        phase: typed ? "ready" : "understanding",
        standing: "taken",
        since: 0,
      };
      return stop({ ...floor, parts: [...parts, part] });
    }
    case "say": {
      const { id, interruptible } = event;
      return quietly({ ...floor, sayings: [...floor.sayings, { id, interruptible }] });
    }
    case "interrupt":
      return stop(floor, event.force);
    case "audible":
      if (agent.phase !== "replying" || agent.id !== event.id) return quietly(floor);
      return quietly({ ...floor, agent: { ...agent, audibleAt: event.at } });
    case "reply-over": {
      if (agent.phase === "silent" || agent.id !== event.id) return quietly(floor);
      return quietly({ ...floor, agent: { phase: "silent" } });
    }
    case "closed": {
      const stopped = stop({ ...emptyFloor, agent }, true);
      const drops = parts.map(({ id }) => ({ type: "drop", id }) as const);
      return { floor: stopped.floor, effects: [...stopped.effects, ...drops] };
    }
  }
}

/** Where something is under way that a voice could be meant for, it could also be noise over it. */
function begin(
  floor: Floor,
  { id, at, meant = false }: Extract<FloorEvent, { readonly type: "speech-started" }>,
  rules: FloorRules,
): FloorStep {
  const { parts, agent } = floor;
  const free = agent.phase !== "replying" && parts.length === 0;
  const standing = free ? "taken" : "contested";
  const part: Part = { id, by: "voice", phase: "hearing", standing, since: at };
  const next = { ...floor, parts: [...parts, part] };
  if (meant) return take(next, part, rules);
  return { floor: next, effects: free ? [] : [{ type: "judge", id }] };
}

function judged(
  floor: Floor,
  { id, verdict }: Extract<FloorEvent, { readonly type: "judged" }>,
  rules: FloorRules,
): FloorStep {
  const part = find(floor, id);
  if (!part || part.standing === "taken") return quietly(floor);
  if (verdict === "turn") return take(floor, part, rules);
  if (verdict === "unclear") return quietly(change(floor, id, { standing: "unjudged" }));
  if (part.phase === "hearing") return quietly(change(floor, id, { standing: "nothing" }));
  return drop(floor, id);
}

/** The caller speaks: his words count, and the agent has to give way. */
function take(floor: Floor, part: Part, rules: FloorRules): FloorStep {
  const { agent } = floor;
  const next = change(floor, part.id, { standing: "taken" });
  const merges = mergesOf(next.parts, part.id);
  if (agent.phase !== "replying" || !agent.interruptible) return { floor: next, effects: merges };
  if (!cutOff(agent, part, rules)) {
    const stopped = stop(next);
    return { floor: stopped.floor, effects: [...merges, ...stopped.effects] };
  }
  return {
    floor: {
      ...next,
      parts: [...agent.answers, ...next.parts],
      agent: { phase: "stopping", id: agent.id },
    },
    effects: [...merges, { type: "withdraw", id: agent.id, by: part.id }],
  };
}

/** Whether the reply came while the caller was still speaking, as it now turns out. */
function cutOff(
  { answers, audibleAt }: Extract<Agent, { readonly phase: "replying" }>,
  part: Part,
  { withdrawWithinMs }: FloorRules,
): boolean {
  if (answers.length === 0 || answers.some(({ by }) => by !== "voice")) return false;
  return audibleAt === undefined || part.since <= audibleAt + withdrawWithinMs;
}

/** Neighbours in voice are one turn, under the id of the last. */
function mergesOf(parts: readonly Part[], id: string): FloorEffect[] {
  const taken = parts.filter(({ standing }) => standing === "taken");
  const index = taken.findIndex((part) => part.id === id);
  const [before, after] = [taken[index - 1], taken[index + 1]];
  if (after?.by === "voice") return [{ type: "merge", id, by: after.id }];
  if (before?.by === "voice") return [{ type: "merge", id: before.id, by: id }];
  return [];
}

function stop(floor: Floor, force = false): FloorStep {
  const { agent } = floor;
  if (agent.phase !== "replying" || !(agent.interruptible || force)) return quietly(floor);
  const { id } = agent;
  return { floor: { ...floor, agent: { phase: "stopping", id } }, effects: [{ type: "stop", id }] };
}

/** What follows by itself from a state. */
function moveOn(floor: Floor, { interruptible }: FloorRules): FloorStep {
  if (floor.agent.phase === "replying") return quietly(floor);
  const uncontested = floor.parts.every(({ standing }) => standing !== "taken");
  const parts = uncontested ? floor.parts.map(taken) : floor.parts;
  const effects: FloorEffect[] = uncontested ? chain(floor.parts) : [];
  const next = { ...floor, parts };
  if (floor.agent.phase === "stopping") return { floor: next, effects };
  const answers = parts.filter(({ standing }) => standing === "taken");
  const last = answers.at(-1);
  if (last) {
    if (answers.some(({ phase }) => phase !== "ready")) return { floor: next, effects };
    const { id } = last;
    const agent: Agent = { phase: "replying", id, answers, audibleAt: undefined, interruptible };
    const answer = { type: "answer", id, parts: answers.map((part) => part.id) } as const;
    const left = parts.filter((part) => !answers.includes(part));
    return { floor: { ...next, parts: left, agent }, effects: [...effects, answer] };
  }
  const [saying, ...sayings] = floor.sayings;
  if (!saying || floor.noticed) return { floor: next, effects };
  const agent: Agent = { phase: "replying", answers: [], audibleAt: undefined, ...saying };
  return {
    floor: { ...next, sayings, agent },
    effects: [...effects, { type: "say", id: saying.id }],
  };
}

function taken(part: Part): Part {
  return canCount(part) ? { ...part, standing: "taken" } : part;
}

function canCount({ standing }: Part): boolean {
  return standing === "contested" || standing === "unjudged";
}

function chain(all: readonly Part[]): FloorEffect[] {
  const parts = all.filter(canCount);
  return parts.slice(1).map(({ id }, index) => {
    return { type: "merge", id: parts[index]?.id ?? id, by: id } as const;
  });
}

function quietly(floor: Floor): FloorStep {
  return { floor, effects: [] };
}

function find({ parts }: Floor, id: string): Part | undefined {
  return parts.find((part) => part.id === id);
}

function change(floor: Floor, id: string, changes: Partial<Part>): Floor {
  const parts = floor.parts.map((part) => (part.id === id ? { ...part, ...changes } : part));
  return { ...floor, parts };
}

function drop(floor: Floor, id: string): FloorStep {
  return { floor: without(floor, id), effects: [{ type: "drop", id }] };
}

function without(floor: Floor, id: string): Floor {
  return { ...floor, parts: floor.parts.filter((part) => part.id !== id) };
}
