import fc from "fast-check";
import { expect, test } from "vitest";
import {
  beginVigil,
  judge,
  keepVigil,
  type Verdict,
  type Vigil,
  type VigilEvent,
} from "../src/connection/vigil.ts";

const lookMs = 100;
const packetEveryMs = 400;

/** Looks at a path ten times a second, and restarts when told so; `packets` come as `sounds` says. */
function watch(
  ms: number,
  { sounds, doubtsAt = [] }: { sounds: (at: number) => boolean; doubtsAt?: readonly number[] },
): { at: number; verdict: Verdict }[] {
  let vigil = beginVigil(0);
  let packets = 1;
  const seen: { at: number; verdict: Verdict }[] = [];
  for (let at = 0; at <= ms; at += lookMs) {
    if (at % packetEveryMs === 0 && sounds(at)) packets += 1;
    if (doubtsAt.includes(at)) vigil = keepVigil(vigil, { type: "doubted" }, at);
    vigil = keepVigil(vigil, { type: "counted", packets }, at);
    const verdict = judge(vigil, at);
    if (verdict === "restart") vigil = keepVigil(vigil, { type: "restarted" }, at);
    seen.push({ at, verdict });
  }
  return seen;
}

const firsts = (seen: readonly { at: number; verdict: Verdict }[], verdict: Verdict): number[] =>
  seen.filter((one) => one.verdict === verdict).map(({ at }) => at);

test("an agent that is silent but there is no reason for anything", () => {
  const seen = watch(60_000, { sounds: () => true });
  expect(new Set(seen.map(({ verdict }) => verdict))).toEqual(new Set(["well"]));
});

test("after 1.2 s without sound ICE is restarted, and again every 2 s", () => {
  const seen = watch(8000, { sounds: (at) => at === 0 });
  expect(firsts(seen, "doubtful")[0]).toBe(800);
  expect(firsts(seen, "restart")).toEqual([1200, 3200, 5200, 7200]);
});

test("with news of another network 0.7 s are enough", () => {
  const seen = watch(3000, { sounds: (at) => at < 1000, doubtsAt: [1000] });
  expect(firsts(seen, "restart")[0]).toBe(1700);
});

test("news of a network that changes nothing restarts nothing", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 }), (times) => {
      const doubtsAt = times.map((n) => n * lookMs);
      const seen = watch(12_000, { sounds: () => true, doubtsAt });
      expect(firsts(seen, "restart")).toEqual([]);
      expect(seen.at(-1)?.verdict).toBe("well");
    }),
  );
});

test("while nobody answers there is a minute's hope, from the first answer 8 s", () => {
  const silent = beginVigil(0);
  expect(judge(silent, 59_999)).not.toBe("hopeless");
  expect(judge(silent, 60_000)).toBe("hopeless");
  const answered = [2000, 4000].reduce(
    (vigil, at) => keepVigil(vigil, { type: "answered" }, at),
    silent,
  );
  expect(judge(answered, 9999)).not.toBe("hopeless");
  expect(judge(answered, 10_000)).toBe("hopeless");
});

test("sound that comes is always well, whatever happened before", () => {
  const event = fc.oneof(
    fc.constantFrom<VigilEvent>({ type: "doubted" }, { type: "restarted" }, { type: "answered" }),
    fc.record({ type: fc.constant("counted" as const), packets: fc.nat(100) }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.integer({ min: 300, max: 5000 }))), (events) => {
      let now = 0;
      let vigil: Vigil = beginVigil(0);
      for (const [one, afterMs] of events) vigil = keepVigil(vigil, one, (now += afterMs));
      vigil = keepVigil(vigil, { type: "counted", packets: vigil.packets + 1 }, (now += 300));
      expect(judge(vigil, now)).toBe("well");
    }),
  );
});
