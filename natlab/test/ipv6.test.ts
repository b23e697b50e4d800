import { afterAll, beforeAll, expect, test } from "vitest";
import type { CallResult } from "../pages/call.ts";
import { agentHost } from "../src/addresses.ts";
import { type CallingLab, openCallingLab } from "../src/calling-lab.ts";
import { callAt } from "../src/calls.ts";
import { setFirewall6, setIpv4 } from "../src/ipv6.ts";
import { allIpv6Cells, type Ipv6Cell, someIpv6Cells } from "../src/ipv6-cells.ts";
import { saveIpv6 } from "../src/ipv6-report.ts";
import { saveWhenWhole } from "../src/kept-results.ts";
import { pathOf } from "../src/path.ts";

const everything = process.env["NATLAB"] === "all";
const cells = everything ? allIpv6Cells : someIpv6Cells;
const results = new Map<Ipv6Cell, CallResult>();
let calling: CallingLab;

beforeAll(async () => {
  calling = await openCallingLab("go-forward", { ipv6: true });
});

afterAll(async () => {
  await calling.close();
  if (!everything) return;
  const nameOf = ({ name, ice }: Ipv6Cell) => `${name}, ${ice}`;
  saveWhenWhole({ part: "ipv6", subjects: allIpv6Cells, nameOf, rows: results, save: saveIpv6 });
});

test.each(cells.map((cell) => [cell.name, cell.ice, cell] as const))(
  "a caller with %s is understood, ICE servers: %s",
  async (_, ice, cell) => {
    const { lab, browser } = calling;
    await setIpv4(lab, cell.ipv4 ? "on" : "off");
    await setFirewall6(lab, cell.firewall);
    const result = await callAt(browser, agentHost(cell.ipv4 ? "dual" : "ipv6", ice));
    results.set(cell, result);
    expect(result, calling.agent.log.slice(-2000)).toMatchObject({
      connected: true,
      kind: cell.path ? "webrtc" : "websocket",
      answered: true,
    });
    if (!result.connected) throw new Error("there was no call");
    expect(result.transcript).toMatch(/go forward/i);
    if (cell.path) expect(result.path && pathOf(result.path)).toBe(cell.path);
  },
);
