import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cable } from "../src/cable.ts";
import { cross, freshWire, type Impairment, type Wire } from "../src/impairment.ts";
import { Lab } from "../src/lab.ts";
import { program } from "../src/programs.ts";

/** Sends packets at those times. @returns when each arrives */
function send(
  impairment: Impairment,
  packets: readonly { readonly bytes: number; readonly at: number }[],
  random: () => number = () => 0.5,
): (number | undefined)[] {
  let wire: Wire = freshWire;
  return packets.map((packet) => {
    const crossing = cross(wire, packet, impairment, random);
    ({ wire } = crossing);
    return crossing.arrivesAt;
  });
}

const impairments = fc.record({
  loss: fc.double({ min: 0, max: 1, noNaN: true }),
  delayMs: fc.nat(200),
  jitterMs: fc.nat(100),
  kilobitsPerSecond: fc.integer({ min: 16, max: 10_000 }),
});
const traffic = fc
  .array(fc.record({ bytes: fc.integer({ min: 1, max: 1500 }), after: fc.nat(50) }))
  .map((packets) => {
    let at = 0;
    return packets.map(({ bytes, after }) => ({ bytes, at: (at += after) }));
  });
const luck = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }));

test("packets arrive in order and never before they were sent", () => {
  fc.assert(
    fc.property(impairments, traffic, luck, (impairment, packets, numbers) => {
      const arrivals = send(impairment, packets, () => Number(numbers.next().value));
      const arrived = arrivals.filter((at) => at !== undefined);
      expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
      arrivals.forEach((at, i) => {
        if (at !== undefined) expect(at).toBeGreaterThanOrEqual(packets[i]?.at ?? NaN);
      });
    }),
  );
});

test("a good cable changes nothing", () => {
  fc.assert(
    fc.property(traffic, (packets) => {
      expect(send({}, packets)).toEqual(packets.map(({ at }) => at));
    }),
  );
});

test("no more goes through a narrow link than its rate, and no queue grows without end", () => {
  const packets = Array.from({ length: 500 }, (_, i) => ({ bytes: 1000, at: i * 10 }));
  const arrivals = send({ kilobitsPerSecond: 64 }, packets).filter((at) => at !== undefined);
  const last = arrivals.at(-1) ?? NaN;
  expect((arrivals.length * 8000) / last).toBeLessThanOrEqual(64);
  expect(last).toBeLessThan(5000 + 300 + 125 + 1);
});

describe("in the lab", () => {
  let lab: Lab;
  let cable: Cable;
  let probe: string;

  beforeAll(async () => {
    lab = await Lab.open();
    cable = await Cable.lay(lab, "wifi");
    probe = await program(lab, "cable-probe");
    const listening = new Promise<void>((resolve) => {
      const echo = lab.start("agent", process.execPath, [probe], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      echo.stdout?.once("data", () => {
        resolve();
      });
    });
    await listening;
  });

  afterAll(() => lab.close());

  /** How many of the packets come back, and how long the median takes there and back. */
  async function echoes(packets: number): Promise<{ came: number; medianMs: number }> {
    const said = await lab.run("caller", process.execPath, [probe, String(packets)]);
    return JSON.parse(said) as { came: number; medianMs: number };
  }

  test("a good one loses nothing", async () => {
    expect((await echoes(100)).came).toBe(100);
  });

  test("loss and delay are what was asked for, both ways", async () => {
    await cable.impair({ loss: 0.2, delayMs: 60, jitterMs: 20 });
    const { came, medianMs } = await echoes(200);
    expect(came).toBeGreaterThan(90); // 128 on average
    expect(came).toBeLessThan(165);
    expect(medianMs).toBeGreaterThan(2 * 40);
  });
});
