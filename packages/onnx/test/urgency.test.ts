import fc from "fast-check";
import { expect, test } from "vitest";
import { goesBefore, mostUrgent, type Urgency } from "../src/jobs/urgency.ts";

const jobs = fc
  .array(
    fc.record({ dueAt: fc.integer({ min: 0, max: 5 }), credit: fc.integer({ min: 0, max: 2 }) }),
  )
  .map((all) => all.map((job, id): Urgency => ({ id, ...job })));

test("the job to work on is due no later than any other whose reader has room", () => {
  fc.assert(
    fc.property(jobs, (all) => {
      const first = mostUrgent(all);
      const able = all.filter((job) => job.credit > 0);
      expect(first === undefined).toBe(able.length === 0);
      for (const job of able) expect(first && goesBefore(job, first)).toBe(false);
    }),
  );
});

test("of two different jobs exactly one goes before the other", () => {
  fc.assert(
    fc.property(jobs, (all) => {
      for (const a of all) {
        for (const b of all) expect(goesBefore(a, b) || goesBefore(b, a)).toBe(a !== b);
      }
    }),
  );
});
