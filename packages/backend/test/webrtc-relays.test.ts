import { NoopMetrics, silentLogger } from "@metered/llmrtc-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IceAgent } from "../src/transport/ice/agent.ts";
import { Relays } from "../src/transport/webrtc/relays.ts";
import { ServerTally } from "../src/transport/webrtc/server-tally.ts";
import {
  type Answer,
  fakeDatagramTurn,
  fakeStreamTurn,
  type FakeTurn,
  grant,
  refuse,
} from "./turn/fake-turn.ts";

let agent: IceAgent;
let ending: AbortController;
let relays: Relays;
let warned: unknown[];
let open: FakeTurn[];

beforeEach(() => {
  agent = new IceAgent();
  agent.begin({ ufrag: "abcd", password: "p".repeat(22) });
  ending = new AbortController();
  warned = [];
  open = [];
  const warn = (...args: unknown[]): void => void warned.push(args);
  const tally = new ServerTally({ logger: { ...silentLogger, warn }, metrics: new NoopMetrics() });
  relays = new Relays(agent, { portRange: undefined, tally, signal: ending.signal });
});

afterEach(async () => {
  ending.abort();
  await agent.close();
  await Promise.all(open.map((turn) => turn.close()));
});

async function started<T extends FakeTurn>(turn: Promise<T>): Promise<T> {
  open.push(await turn);
  return turn;
}

/** Where the relays lie that the client is told of, the best first. */
function told(): string[] {
  const lines = agent.candidateLines.map((line) => line.split(" "));
  return lines
    .sort((a, b) => Number(b[3]) - Number(a[3]))
    .map((parts) => `${parts[4]}:${parts[5]}`);
}

/** Answers nothing until it is told how to answer. */
function held(): { readonly answer: Answer; release(answer: Answer): void } {
  let release: (answer: Answer) => void = () => undefined;
  const released = new Promise<Answer>((resolve) => (release = resolve));
  return { answer: async (...asked) => (await released)(...asked), release };
}

test("ICE restarts while a server takes its time wait for the one relay that is asked for", async () => {
  const turn = await started(fakeStreamTurn());
  const slow = held();
  turn.answer = slow.answer;
  const first = turn.next("allocate");
  const asking = [relays.ask([turn.server])];
  await first;
  for (let n = 0; n < 3; n += 1) asking.push(relays.ask([turn.server]));
  slow.release(grant());
  await Promise.all(asking);
  expect(turn.connections).toBe(1);
  expect(told()).toEqual(["203.0.113.7:50000"]);
});

test("a relay that was refused meanwhile is asked for again, with what the last restart brought", async () => {
  const turn = await started(fakeStreamTurn());
  const slow = held();
  turn.answer = slow.answer;
  const first = turn.next("allocate");
  const asking = [relays.ask([turn.server])];
  await first;
  for (let n = 0; n < 3; n += 1) asking.push(relays.ask([turn.server]));
  slow.release((request) => refuse(request, 508));
  await asking[0];
  expect(turn.connections).toBe(1);
  await Promise.all(asking);
  expect(turn.connections).toBe(2);
  expect(warned).toHaveLength(2);
});

test("a relay that its server still knows is kept over ICE restarts", async () => {
  const turn = await started(fakeDatagramTurn());
  for (let n = 0; n < 3; n += 1) await relays.ask([turn.server]);
  expect(turn.heard).toEqual(["allocate", "refresh 600", "refresh 600"]);
});

test("a relay whose server hangs up is no candidate any more, and the next restart brings another one", async () => {
  const turn = await started(fakeStreamTurn());
  await relays.ask([turn.server]);
  const [candidate] = agent.candidateLines;
  expect(candidate).toContain(" 203.0.113.7 50000 ");
  turn.each((socket) => socket.end());
  await vi.waitUntil(() => agent.candidateLines.length === 0);
  expect(warned).toEqual([[expect.objectContaining({ kind: "TURN" }), "relay lost"]]);
  expect(turn.connections).toBe(1);

  turn.answer = grant({ address: ["203.0.113.7", 50_001] });
  await relays.ask([turn.server]);
  expect(told()).toEqual(["203.0.113.7:50001"]);
  expect(turn.connections).toBe(2);
});

test("a server that hangs up on whoever comes is called once for each restart", async () => {
  const turn = await started(fakeStreamTurn());
  turn.meet = (socket) => socket.end();
  for (let n = 1; n <= 3; n += 1) {
    await relays.ask([turn.server]);
    expect(turn.connections).toBe(n);
  }
  expect(agent.candidateLines).toEqual([]);
});

test("a relay over UDP is worth more than one over TCP, whichever answers first; else the list counts", async () => {
  const [slow, one, two] = await Promise.all([
    started(fakeDatagramTurn()),
    started(fakeStreamTurn()),
    started(fakeStreamTurn()),
  ]);
  const waiting = held();
  slow.answer = waiting.answer;
  one.answer = grant({ address: ["203.0.113.7", 1001] });
  two.answer = grant({ address: ["203.0.113.7", 1002] });
  const tls = { ...one.server, port: 9, transport: "tls" as const }; // nobody there
  const asking = relays.ask([tls, two.server, one.server, slow.server]);
  await vi.waitUntil(() => agent.candidateLines.length === 2);
  waiting.release(grant({ address: ["203.0.113.7", 1000] }));
  await asking;
  expect(told()).toEqual(["203.0.113.7:1000", "203.0.113.7:1002", "203.0.113.7:1001"]);
  const priorities = agent.candidateLines.map((line) => Number(line.split(" ")[3]));
  expect(new Set(priorities).size).toBe(3);
});

test("a server that takes its time is neither waited for nor blamed when the call ends", async () => {
  const turn = await started(fakeDatagramTurn());
  turn.answer = () => undefined;
  const first = turn.next("allocate");
  const asking = relays.ask([turn.server]);
  await first;
  ending.abort(new Error("the call has ended"));
  await asking;
  expect([agent.candidateLines, warned]).toEqual([[], []]);
});
