import {
  type ConnectionOutcome,
  type ConnectionReportMessage,
  InMemoryMetrics,
  MetricNames,
  type SelectedPair,
  silentLogger,
} from "@metered/llmrtc-core";
import { manualClock } from "@metered/llmrtc-testing";
import { describe, expect, test } from "vitest";
import type { PeerStage } from "../../src/observe/attempt.ts";
import { CallsByPath } from "../../src/observe/calls-by-path.ts";
import { pathOf } from "../../src/observe/connection-path.ts";
import { ConnectionWatch } from "../../src/observe/connection-watch.ts";
import type { PathAddresses } from "../../src/transport/webrtc/transport.ts";
import { MemoryTransport } from "../memory-transport.ts";

class PeerDouble extends MemoryTransport {
  override readonly kind = "webrtc";
  stage: PeerStage = "path";
  pair: SelectedPair | undefined;
  addresses: PathAddresses | undefined;
  acceptOffer = async () => "";
  addCandidate(): void {
    // Nobody asks.
  }
  setIceServers(): void {
    // Nobody asks.
  }
  up(pair?: SelectedPair): void {
    this.stage = "open";
    this.pair = pair;
    this.emit("connected", undefined);
  }
}

function scene(features: readonly string[] = ["reports"]) {
  const clock = manualClock();
  const metrics = new InMemoryMetrics();
  const outcomes: ConnectionOutcome[] = [];
  const told: ConnectionReportMessage[] = [];
  const lines: unknown[] = [];
  const note = (fields: object) => void lines.push(fields);
  const paths = new CallsByPath(metrics);
  const open = () =>
    new ConnectionWatch({
      sessionId: () => "s1",
      features: () => new Set(features),
      paths,
      hooks: {
        onConnectionOutcome: (_id, outcome) => void outcomes.push(outcome),
        onConnectionReport: (_id, report) => void told.push(report),
      },
      metrics,
      logger: { ...silentLogger, info: note, warn: note },
      clock,
    });
  const sum = (name: string) => metrics.getCounterSum(name);
  return { clock, metrics, outcomes, told, lines, open, sum };
}

const offer = (ufrag = "a") => `v=0\r\na=ice-ufrag:${ufrag}\r\na=candidate:1\r\n`;
const pair: SelectedPair = {
  local: "relay",
  remote: "host",
  protocol: "udp",
  relayProtocol: "tls",
};
const report: ConnectionReportMessage = {
  type: "connection-report",
  kind: "webrtc",
  why: "first-try",
  afterMs: 90,
  attempts: 1,
  pair,
};
const tagsOf = (metrics: InMemoryMetrics, name: string) =>
  metrics.counters.filter((one) => one.name === name).map(({ tags }) => tags);

describe("a caller's connection", () => {
  test("is one attempt with one outcome, which way it went and how long it took", async () => {
    const { open, clock, outcomes, metrics, lines, sum } = scene();
    const watch = open();
    watch.hello("call");
    watch.offered(offer(), false);
    const peer = new PeerDouble();
    watch.way(peer);
    await clock.advance(120);
    peer.up();
    expect(outcomes).toEqual([]);
    watch.reported(report);
    const outcome = { outcome: "connected", path: "relay-tls", tookMs: 120 };
    expect(outcomes).toEqual([outcome]);
    expect(lines).toContainEqual({ ...outcome, sessionId: "s1" });
    expect(metrics.getLatestTiming(MetricNames.CONNECT_TIME)).toMatchObject({
      value: 120,
      tags: { path: "relay-tls" },
    });
    expect(tagsOf(metrics, MetricNames.CONNECTION_PAIRS)).toEqual([
      { client: "relay", server: "host", protocol: "udp", relay: "tls" },
    ]);
    watch.goodbye();
    watch.closed();
    expect(sum(MetricNames.CONNECTION_ATTEMPTS)).toBe(1);
    expect(sum(MetricNames.CONNECTION_OUTCOMES)).toBe(1);
    expect(sum(MetricNames.CONNECTION_DROPS)).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test("of a v1 client is told from the server's own end", async () => {
    const { open, clock, outcomes, metrics } = scene([]);
    const watch = open();
    watch.offered(offer(), false);
    const peer = new PeerDouble();
    watch.way(peer);
    await clock.advance(50);
    peer.up({ local: "srflx", remote: "host", protocol: "udp" });
    expect(outcomes).toEqual([{ outcome: "connected", path: "direct-udp", tookMs: 50 }]);
    expect(metrics.getLatestGauge(MetricNames.CONNECTION_CALLS)).toMatchObject({
      value: 1,
      tags: { path: "direct-udp" },
    });
    watch.closed();
    expect(metrics.getLatestGauge(MetricNames.CONNECTION_CALLS)?.value).toBe(0);
    expect(metrics.getCounterSum(MetricNames.CONNECTION_DROPS)).toBe(1);
  });

  test("that does not come about fails after 15 s with the reason, in hook, metrics and log", async () => {
    const { open, clock, outcomes, metrics, lines } = scene();
    const watch = open();
    watch.offered(offer(), false);
    const peer = new PeerDouble();
    peer.stage = "handshake";
    watch.way(peer);
    await clock.advance(15_000);
    const outcome = { outcome: "failed", reason: "dtls-failed", tookMs: 15_000 };
    expect(outcomes).toEqual([outcome]);
    expect(lines).toEqual([{ ...outcome, sessionId: "s1" }]);
    expect(tagsOf(metrics, MetricNames.CONNECTION_OUTCOMES)).toEqual([
      { outcome: "failed", reason: "dtls-failed" },
    ]);
    watch.closed();
    expect(outcomes).toHaveLength(1);
  });

  test("goes over the WebSocket, then by WebRTC: calls are counted where they are", async () => {
    const { open, metrics } = scene();
    const watch = open();
    watch.way(new MemoryTransport());
    watch.reported({ ...report, kind: "websocket", pair: undefined, why: "webrtc-slow" });
    watch.reported({ ...report, why: "webrtc-back", afterMs: 4000, recoveredAfterMs: 400 });
    const gauges = metrics.gauges.map(({ value, tags }) => [tags["path"], value]);
    expect(gauges).toEqual([
      ["websocket", 1],
      ["websocket", 0],
      ["relay-tls", 1],
    ]);
    expect(tagsOf(metrics, MetricNames.CONNECTION_STEPS)).toEqual([
      { path: "websocket", why: "webrtc-slow" },
      { path: "relay-tls", why: "webrtc-back" },
    ]);
    expect(metrics.getLatestTiming(MetricNames.RECOVERY_TIME)?.value).toBe(400);
    watch.closed();
  });

  test("tells every 10 s how well its sound travels, and that is no step of its own", () => {
    const { open, metrics, told, sum } = scene();
    const watch = open();
    const spans = [
      { roundTripMs: 31, lossPct: undefined, jitterMs: undefined }, // nothing had come yet
      { roundTripMs: 29, lossPct: 0, jitterMs: 2 },
      { roundTripMs: 90, lossPct: 4.8, jitterMs: 31 },
      { roundTripMs: 90, lossPct: 20.1, jitterMs: 55 },
    ].map(({ roundTripMs, lossPct, jitterMs }) => ({
      ...{ ...report, recoveredAfterMs: 400, pair: { ...pair, roundTripMs } },
      ...(lossPct !== undefined && { lossPct, jitterMs }),
    }));
    for (const span of spans) watch.reported(span);
    expect(told).toEqual(spans);
    expect(sum(MetricNames.CONNECTION_STEPS)).toBe(1);
    expect(sum(MetricNames.CONNECTION_PAIRS)).toBe(1);
    const timings = (name: string) =>
      metrics.timings.filter((one) => one.name === name).map(({ value }) => value);
    expect(timings(MetricNames.RECOVERY_TIME)).toEqual([400]);
    expect(timings(MetricNames.ROUND_TRIP)).toEqual([31, 29, 90, 90]);
    expect(timings(MetricNames.JITTER)).toEqual([2, 31, 55]);
    expect(metrics.getLatestTiming(MetricNames.JITTER)?.tags).toEqual({ path: "relay-tls" });
    expect(tagsOf(metrics, MetricNames.LOSS)).toEqual([
      { path: "relay-tls", lost: "none" },
      { path: "relay-tls", lost: "5" },
      { path: "relay-tls", lost: "more" },
    ]);
    watch.closed();
  });

  test("is where its last report has it, though ICE changed its mind without a step", () => {
    const { open, metrics, sum } = scene();
    const watch = open();
    watch.reported(report);
    watch.reported({ ...report, pair: { local: "host", remote: "host", protocol: "udp" } });
    expect(metrics.getLatestGauge(MetricNames.CONNECTION_CALLS)).toMatchObject({
      value: 1,
      tags: { path: "direct-udp" },
    });
    expect(sum(MetricNames.CONNECTION_STEPS)).toBe(1);
    watch.closed();
  });

  test("fresh figures of the last step end no restart that began since", () => {
    const { open, metrics } = scene();
    const watch = open();
    watch.offered(offer("a"), false);
    watch.reported(report);
    watch.offered(offer("b"), false);
    watch.reported(report);
    watch.closed();
    expect(tagsOf(metrics, MetricNames.ICE_RESTART_OUTCOMES)).toEqual([{ outcome: "failed" }]);
  });

  test("counts ICE restarts and how they end, and takes a new peer for none", () => {
    const { open, metrics } = scene();
    const watch = open();
    watch.offered(offer("a"), false);
    watch.offered(offer("a"), false); // the microphone came
    watch.offered(offer("b"), false);
    watch.reported(report);
    watch.offered(offer("c"), false);
    watch.offered(offer("d"), true);
    watch.closed();
    expect(metrics.getCounterSum(MetricNames.ICE_RESTARTS)).toBe(2);
    expect(tagsOf(metrics, MetricNames.ICE_RESTART_OUTCOMES)).toEqual([
      { outcome: "succeeded" },
      { outcome: "failed" },
    ]);
  });

  test("an ICE restart is no success because sound goes over the WebSocket meanwhile", () => {
    const { open, metrics } = scene();
    const watch = open();
    watch.offered(offer("a"), false);
    watch.reported(report);
    watch.offered(offer("b"), false);
    watch.reported({ ...report, kind: "websocket", pair: undefined, afterMs: 4_000 });
    expect(tagsOf(metrics, MetricNames.ICE_RESTART_OUTCOMES)).toEqual([]);
    watch.closed();
    expect(tagsOf(metrics, MetricNames.ICE_RESTART_OUTCOMES)).toEqual([{ outcome: "failed" }]);
  });

  test("by the thousand told troubles, and told after the end, are not counted", () => {
    const { open, metrics, sum } = scene();
    const watch = open();
    for (let n = 0; n < 20_000; n += 1) watch.trouble("other");
    expect(sum(MetricNames.CONNECTION_TROUBLES)).toBeLessThanOrEqual(100);
    watch.closed();
    watch.reported(report);
    expect(metrics.getLatestGauge(MetricNames.CONNECTION_CALLS)?.value ?? 0).toBe(0);
  });

  test("a mere check is no attempt", () => {
    const { open, sum, outcomes } = scene();
    const watch = open();
    watch.hello("check");
    watch.offered(offer(), false);
    const peer = new PeerDouble();
    watch.way(peer);
    peer.up();
    watch.goodbye();
    watch.closed();
    expect(sum(MetricNames.CONNECTION_ATTEMPTS)).toBe(0);
    expect(sum(MetricNames.CONNECTION_CHECKS)).toBe(1);
    expect(outcomes).toEqual([]);
  });

  test("a caller who only types is connected by messages", () => {
    const { open, outcomes } = scene([]);
    const watch = open();
    watch.spoke();
    expect(outcomes).toEqual([{ outcome: "connected", path: "messages", tookMs: 0 }]);
    watch.closed();
  });
});

test.each([
  [{ local: "host", remote: "host", protocol: "udp" }, "direct-udp"],
  [{ local: "srflx", remote: "prflx", protocol: "tcp" }, "direct-tcp"],
  [{ local: "relay", remote: "relay", protocol: "udp", relayProtocol: "tcp" }, "relay-tcp"],
  [{ local: "prflx", remote: "relay", protocol: "udp" }, "server-relay"],
  [undefined, "unknown"],
] as const)("the pair %j is the path %s", (pair, path) => {
  expect(pathOf(pair)).toBe(path);
});
