import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallResult } from "../pages/call.ts";
import {
  type BadNetwork,
  badNetworks,
  clip,
  lossyNetwork,
  shareUnderstood,
} from "../src/bad-networks.ts";
import { Cable } from "../src/cable.ts";
import { type CallingLab, openCallingLab } from "../src/calling-lab.ts";
import { saveImpairments } from "../src/impairment-report.ts";
import { callIn, setNetworks } from "../src/calls.ts";
import { saveWhenWhole } from "../src/kept-results.ts";

const everything = process.env["NATLAB"] === "all";

/** The clip takes 5 s. A stall in it can look like the end of the turn: the rest is another one then. */
const listenMs = 9000;

const results = new Map<BadNetwork, CallResult>();
let calling: CallingLab;
let cable: Cable;

beforeAll(async () => {
  calling = await openCallingLab(clip);
  cable = await Cable.lay(calling.lab, "wifi");
});

afterAll(async () => {
  await calling.close();
  if (!everything) return;
  saveWhenWhole({
    part: "impairment",
    subjects: badNetworks,
    nameOf: ({ name }) => name,
    rows: results,
    save: saveImpairments,
  });
});

const tried = everything ? badNetworks : [lossyNetwork];

test.each(tried.map((bad) => [bad.name, bad] as const))(
  "the caller is understood and answered: %s",
  async (_, bad) => {
    await cable.impair({});
    await setNetworks(calling.lab, { server: "public", network: bad.network });
    const result = await callIn(
      calling.browser,
      { server: "public", ice: bad.ice },
      {
        loaded: () => cable.impair(bad.impairment),
        listenMs,
        story: bad.reportedLoss !== undefined,
      },
    );
    results.set(bad, result);
    expect(result, calling.agent.log.slice(-2000)).toMatchObject({
      connected: true,
      kind: bad.kind,
      answered: true,
    });
    if (!result.connected) throw new Error("there was no call");
    expect(shareUnderstood(result.transcript), result.transcript).toBeGreaterThan(bad.enough);
    if (bad.reportedLoss) {
      const [least, most] = bad.reportedLoss;
      expect(result.lossPct).toBeGreaterThanOrEqual(least);
      expect(result.lossPct).toBeLessThanOrEqual(most);
    }
  },
  90_000,
);
