import {
  defaultFloorRules,
  emptyFloor,
  type Floor,
  type FloorEffect,
  type FloorEvent,
  type FloorRules,
  isHeld,
  isIdle,
  nextFloor,
} from "@metered/llmrtc-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

function run(events: readonly FloorEvent[], rules: FloorRules = defaultFloorRules) {
  let floor: Floor = emptyFloor;
  const effects: FloorEffect[] = [];
  for (const event of events) {
    const step = nextFloor(floor, event, rules);
    floor = step.floor;
    effects.push(...step.effects);
  }
  return { floor, effects };
}

const started = (id: string, at = 0): FloorEvent => ({ type: "speech-started", id, at });
const ended = (id: string): FloorEvent => ({ type: "speech-ended", id });
const understood = (id: string, empty = false): FloorEvent => ({ type: "understood", id, empty });
const judged = (id: string, verdict: "turn" | "nothing" | "unclear"): FloorEvent => ({
  type: "judged",
  id,
  verdict,
});
const audible = (id: string, at: number): FloorEvent => ({ type: "audible", id, at });
const over = (id: string): FloorEvent => ({ type: "reply-over", id });
const noticed: FloorEvent = { type: "voice-noticed" };
const lost: FloorEvent = { type: "voice-lost" };

/** The agent answers what the caller has said. */
const spoken = (id: string, at = 0): FloorEvent[] => [started(id, at), ended(id), understood(id)];

describe("the floor", () => {
  test("an utterance is answered when its words are known", () => {
    expect(run([started("a"), ended("a")]).effects).toEqual([]);
    const { effects, floor } = run(spoken("a"));
    expect(effects).toEqual([{ type: "answer", id: "a", parts: ["a"] }]);
    expect(isIdle(run([...spoken("a"), over("a")]).floor)).toBe(true);
    expect(floor.parts).toEqual([]);
  });

  test("an utterance without words is nothing", () => {
    const { floor, effects } = run([started("a"), ended("a"), understood("a", true)]);
    expect(effects).toEqual([]);
    expect(isIdle(floor)).toBe(true);
  });

  test("what may be a voice holds the agent back at once; if it was none, it goes on", () => {
    const speaking = [...spoken("a"), audible("a", 0)];
    expect(run([...speaking, noticed]).effects.at(-1)).toEqual({ type: "hold" });
    expect(run([...speaking, noticed, lost]).effects.slice(-2)).toEqual([
      { type: "hold" },
      { type: "release" },
    ]);
  });

  test("a voice that the caller has pressed a button for is not judged", () => {
    const pressed: FloorEvent = { type: "speech-started", id: "b", at: 9_000, meant: true };
    const { effects, floor } = run([...spoken("a"), audible("a", 0), pressed]);
    expect(effects.slice(1)).toEqual([{ type: "stop", id: "a" }]);
    expect(floor.parts).toMatchObject([{ id: "b", standing: "taken" }]);
    const after = run([...spoken("a"), audible("a", 0), pressed, over("a"), ended("b")]);
    expect(isIdle(run([pressed, ended("b"), understood("b"), over("b")]).floor)).toBe(true);
    expect(after.effects.filter(({ type }) => type === "judge")).toEqual([]);
  });

  test("a cough over the agent changes nothing but a pause", () => {
    const cough = [noticed, started("b", 5_000), judged("b", "nothing"), ended("b")];
    const { effects, floor } = run([...spoken("a"), audible("a", 0), ...cough]);
    expect(effects.slice(1)).toEqual([
      { type: "hold" },
      { type: "judge", id: "b" },
      { type: "release" },
      { type: "drop", id: "b" },
    ]);
    expect(floor.agent).toMatchObject({ phase: "replying", id: "a" });
    expect(run([...spoken("a"), ...cough, over("a")]).floor).toEqual(emptyFloor);
  });

  test("a nod that goes on to words is judged anew, and nothing of it is lost", () => {
    const nod = [started("b", 5_000), judged("b", "nothing")];
    const goesOn: FloorEvent = { type: "speech-resumed", id: "b" };
    const { effects, floor } = run([
      ...spoken("a"),
      audible("a", 0),
      ...nod,
      goesOn,
      judged("b", "turn"),
    ]);
    expect(effects.slice(2)).toEqual([
      { type: "hold" },
      { type: "release" },
      { type: "hold" },
      { type: "stop", id: "a" },
      { type: "release" },
    ]);
    expect(floor.parts).toMatchObject([{ id: "b", standing: "taken" }]);
  });

  test("words over the agent stop it, and are answered when it has ended", () => {
    const interrupting = [started("b", 5_000), judged("b", "turn")];
    const events = [...spoken("a"), audible("a", 0), ...interrupting, ended("b"), understood("b")];
    expect(run(events).effects.slice(1)).toEqual([
      { type: "judge", id: "b" },
      { type: "hold" },
      { type: "stop", id: "a" },
      { type: "release" },
    ]);
    expect(run([...events, over("a")]).effects.at(-1)).toEqual({
      type: "answer",
      id: "b",
      parts: ["b"],
    });
  });

  test("whoever goes on before the reply is audible, or soon after, was cut off: one turn", () => {
    for (const early of [[], [audible("a", 4_500)]]) {
      const events = [...spoken("a"), ...early, started("b", 5_000), judged("b", "turn")];
      const { effects } = run([...events, ended("b"), understood("b"), over("a")]);
      expect(effects).toContainEqual({ type: "withdraw", id: "a", by: "b" });
      expect(effects.at(-1)).toEqual({ type: "answer", id: "b", parts: ["a", "b"] });
    }
  });

  test("cut-offs in a row make one turn", () => {
    const go = (id: string) => [started(id), judged(id, "turn"), ended(id), understood(id)];
    const { effects } = run([...spoken("a"), ...go("b"), over("a"), ...go("c"), over("b")]);
    expect(effects.at(-1)).toEqual({ type: "answer", id: "c", parts: ["a", "b", "c"] });
  });

  test("who goes on while his words are being understood is answered once", () => {
    const { effects } = run([
      started("a"),
      ended("a"),
      started("b"),
      judged("b", "turn"),
      understood("a"),
      ended("b"),
      understood("b"),
    ]);
    expect(effects).toEqual([
      { type: "judge", id: "b" },
      { type: "merge", id: "a", by: "b" },
      { type: "answer", id: "b", parts: ["a", "b"] },
    ]);
  });

  test("noise after an utterance does not delay its answer, which waits until it may sound", () => {
    const { effects } = run([started("a"), ended("a"), started("b"), understood("a")]);
    expect(effects.slice(1)).toEqual([{ type: "answer", id: "a", parts: ["a"] }, { type: "hold" }]);
  });

  test("a typed turn's reply is interrupted, never withdrawn", () => {
    const { effects } = run([{ type: "typed", id: "a" }, started("b"), judged("b", "turn")]);
    expect(effects).toContainEqual({ type: "stop", id: "a" });
  });

  test("what must not be interrupted is neither held back nor stopped, and what is said is answered after it", () => {
    const say: FloorEvent = { type: "say", id: "x", interruptible: false };
    const events = [say, noticed, started("b"), judged("b", "turn"), ended("b"), understood("b")];
    expect(run([...events, { type: "interrupt" }]).effects).toEqual([
      { type: "say", id: "x" },
      { type: "judge", id: "b" },
    ]);
    expect(run([...events, over("x")]).effects.at(-1)).toEqual({
      type: "answer",
      id: "b",
      parts: ["b"],
    });
    expect(run([...events, { type: "interrupt", force: true }]).effects).toContainEqual({
      type: "stop",
      id: "x",
    });
  });

  test("the agent says what it was asked to when nobody speaks or waits", () => {
    const say: FloorEvent = { type: "say", id: "x", interruptible: true };
    const { effects } = run([started("a"), say, ended("a"), understood("a"), over("a")]);
    expect(effects).toEqual([
      { type: "answer", id: "a", parts: ["a"] },
      { type: "say", id: "x" },
    ]);
  });

  test("a voice that nobody could judge while the agent spoke counts once it has finished", () => {
    const events = [...spoken("a"), started("b"), judged("b", "unclear"), over("a")];
    expect(run(events).floor.parts).toMatchObject([{ id: "b", standing: "taken" }]);
  });
});

/** What can happen next to a call, as the world has it: ids are of what is there. */
type Move =
  | "noticed"
  | "lost"
  | "start"
  | "press"
  | "go on"
  | "end"
  | "understand"
  | "nothing said"
  | "turn"
  | "nothing"
  | "unclear"
  | "type"
  | "record"
  | "say"
  | "say firmly"
  | "interrupt"
  | "hang up"
  | "audible"
  | "reply over"
  | "time";

/** A world around the floor, which keeps book of what was said and answered. */
class World {
  floor: Floor = emptyFloor;
  now = 0;
  #ids = 0;
  readonly #rules: FloorRules;
  readonly hearing = new Set<string>();
  readonly understanding = new Set<string>();
  readonly unjudged = new Set<string>();
  running: { readonly id: string; readonly parts: readonly string[] } | undefined;
  stopping = false;
  held = false;
  /** What the caller said, not counting what was nothing, and what a reply that stands was for. */
  readonly said = new Set<string>();
  readonly answered: string[] = [];

  constructor(rules: FloorRules) {
    this.#rules = rules;
  }

  tell(event: FloorEvent): void {
    const { floor, effects } = nextFloor(this.floor, event, this.#rules);
    this.floor = floor;
    for (const effect of effects) this.#do(effect);
    expect(this.held).toBe(isHeld(floor));
  }

  move(move: Move): void {
    const pick = (set: ReadonlySet<string>): string => [...set][0] ?? "unknown";
    const id = `${this.#ids++}`;
    switch (move) {
      case "noticed":
      case "lost":
        this.tell({ type: `voice-${move}` });
        return;
      case "start":
      case "press":
        if (this.hearing.size > 0) return; // one mouth
        this.hearing.add(id);
        this.said.add(id);
        this.tell({ type: "speech-started", id, at: this.now, meant: move === "press" });
        return;
      case "go on":
        this.tell({ type: "speech-resumed", id: pick(this.hearing) });
        return;
      case "end": {
        const ended = pick(this.hearing);
        this.hearing.delete(ended);
        if (ended !== "unknown") this.understanding.add(ended);
        this.tell({ type: "speech-ended", id: ended });
        return;
      }
      case "understand":
      case "nothing said": {
        const known = pick(this.understanding);
        this.understanding.delete(known);
        const empty = move === "nothing said";
        if (empty) this.said.delete(known);
        this.tell({ type: "understood", id: known, empty });
        return;
      }
      case "turn":
      case "nothing":
      case "unclear":
        this.tell({ type: "judged", id: pick(this.unjudged), verdict: move });
        return;
      case "type":
        this.said.add(id);
        this.tell({ type: "typed", id });
        return;
      case "record":
        this.said.add(id);
        this.understanding.add(id);
        this.tell({ type: "recorded", id });
        return;
      case "say":
      case "say firmly":
        this.tell({ type: "say", id, interruptible: move === "say" });
        return;
      case "interrupt":
        this.tell({ type: "interrupt" });
        return;
      case "hang up":
        this.tell({ type: "interrupt", force: true });
        return;
      case "audible":
        if (this.running && !this.held)
          this.tell({ type: "audible", id: this.running.id, at: this.now });
        return;
      case "reply over": {
        const { running } = this;
        if (!running || (this.held && !this.stopping)) return; // what is held back does not end
        this.running = undefined;
        this.stopping = false;
        this.tell({ type: "reply-over", id: running.id });
        return;
      }
      case "time":
        this.now += 400;
    }
  }

  #do(effect: FloorEffect): void {
    switch (effect.type) {
      case "judge":
        this.unjudged.add(effect.id);
        return;
      case "drop":
        this.said.delete(effect.id);
        this.unjudged.delete(effect.id);
        return;
      case "answer":
      case "say":
        expect(this.running, "one reply at a time").toBeUndefined();
        this.running = { id: effect.id, parts: effect.type === "answer" ? effect.parts : [] };
        this.answered.push(...this.running.parts);
        return;
      case "hold":
      case "release":
        expect(this.held, "holds and releases alternate").toBe(effect.type === "release");
        this.held = effect.type === "hold";
        return;
      case "stop":
      case "withdraw": {
        expect(this.running?.id).toBe(effect.id);
        expect(this.stopping, "nothing is stopped twice").toBe(false);
        this.stopping = true;
        if (effect.type === "stop") return;
        for (const part of this.running?.parts ?? []) {
          this.answered.splice(this.answered.indexOf(part), 1);
        }
        return;
      }
      case "merge":
    }
  }

  /** The caller falls silent, and everybody does what he is there for. */
  calmDown(): void {
    this.move("lost");
    const busy = (): boolean => this.hearing.size > 0 || this.understanding.size > 0;
    for (let round = 0; (busy() || !isIdle(this.floor)) && round < 1_000; round++) {
      this.move("end");
      this.move("understand");
      this.move("reply over");
    }
  }
}

const moves: readonly Move[] = [
  "noticed",
  "lost",
  "start",
  "press",
  "go on",
  "end",
  "understand",
  "nothing said",
  "turn",
  "nothing",
  "unclear",
  "type",
  "record",
  "say",
  "say firmly",
  "interrupt",
  "hang up",
  "audible",
  "reply over",
  "time",
];

const storm = fc.array(fc.constantFrom(...moves), { maxLength: 200 });
const anyRules = fc.record({
  withdrawWithinMs: fc.constantFrom(0, 1_000),
  interruptible: fc.boolean(),
});

function storms(check: (world: World) => void): void {
  fc.assert(
    fc.property(storm, anyRules, (events, rules) => {
      const world = new World(rules);
      for (const event of events) world.move(event);
      check(world);
    }),
    { numRuns: 500 },
  );
}

describe("after any storm of events", () => {
  test("the floor comes to rest, with nothing held back, however it was left", () => {
    storms((world) => {
      world.calmDown();
      expect(isIdle(world.floor)).toBe(true);
      expect(isHeld(world.floor)).toBe(false);
    });
  });

  test("all that was said is answered once, and nothing else is", () => {
    storms((world) => {
      world.calmDown();
      expect([...world.answered].sort()).toEqual([...world.said].sort());
    });
  });

  test("the next utterance is answered", () => {
    storms((world) => {
      world.calmDown();
      const before = world.answered.length;
      for (const move of ["start", "end", "understand"] as const) world.move(move);
      expect(world.answered).toHaveLength(before + 1);
    });
  });

  test("a call that is over says nothing more", () => {
    storms((world) => {
      world.tell({ type: "closed" });
      expect(world.floor.parts).toEqual([]);
      const before = world.answered.length;
      world.calmDown();
      expect(isIdle(world.floor)).toBe(true);
      expect(world.answered).toHaveLength(before);
    });
  });

  test("events of things that nobody knows change nothing", () => {
    storms(({ floor }) => {
      for (const event of [
        ended("?"),
        understood("?"),
        judged("?", "turn"),
        audible("?", 0),
        over("?"),
      ]) {
        expect(nextFloor(floor, event)).toEqual({ floor, effects: [] });
      }
    });
  });
});
