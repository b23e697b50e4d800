import { settle } from "@metered/llmrtc-testing";
import { preflightText } from "@metered/llmrtc-web-client/preflight";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FakePeer } from "../fake-network.ts";
import { RelayingPeer, startCheck } from "./check-stage.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

const login = { username: "u", credential: "hush" };
const turnServers = (count: number) => [
  { urls: Array.from({ length: count }, (_, at) => `turn:t${at}`), ...login },
];

describe("a server that goes while WebRTC is tried", () => {
  test.each([
    [4429, "busy", "takes no more calls now"],
    [4401, "refused", "refuses this caller"],
    [1006, "signalling", "greets, but then the WebSocket was cut"],
  ])("with the code %i is %s, and no call can be made", async (code, reason, finding) => {
    const check = startCheck();
    await check.greet();
    check.socket.cut(code);
    const report = await check.report();
    expect(report).toMatchObject({ finished: true, verdict: "failed", step: "none" });
    expect(report.server).toMatchObject({ verdict: "failed", reason, finding });
    expect(report.server.remedy).toBeTruthy();
    expect(report.server.readyMs).toBeDefined();
    expect(report.path).toMatchObject({ verdict: "skipped" });
    expect(report.summary).toBe("No call can be made from here.");
    expect(check.clock.pending).toBe(0);
  });

  test("in the second try, with relays alone, is no better", async () => {
    const check = startCheck();
    await check.greet([{ urls: "turn:a", ...login }]);
    await check.clock.advance(5000);
    expect(check.socket.types().filter((type) => type === "offer")).toHaveLength(2);
    check.socket.cut(4429);
    expect((await check.report()).server).toMatchObject({ verdict: "failed", reason: "busy" });
  });

  test("as soon as it has our offer, in the very same moment, is told as well", async () => {
    const check = startCheck();
    await settle();
    check.socket.heard = ({ type }) => {
      if (type === "offer") check.socket.cut(4429);
    };
    await check.greet();
    expect((await check.report()).server.reason).toBe("busy");
  });

  test("leaves the ICE servers to be asked all the same", async () => {
    const check = startCheck({ createPeer: (configuration) => new RelayingPeer(configuration) });
    await check.greet([{ urls: "turn:a", ...login }]);
    check.socket.cut(4429);
    const { iceServers } = await check.report();
    expect(iceServers[0]?.finding).toContain("nothing comes through the relay");
  });
});

test("a server that is full before it greets is busy", async () => {
  const check = startCheck();
  await settle();
  check.socket.open();
  check.socket.cut(4429);
  expect((await check.report()).server).toMatchObject({ verdict: "failed", reason: "busy" });
});

describe("a list that the browser refuses", () => {
  /** As browsers do: one bad URL, or a TURN server without a login, and there is no connection. */
  const createPeer = (configuration: RTCConfiguration): FakePeer => {
    for (const { urls, username } of configuration.iceServers ?? []) {
      for (const url of [urls].flat()) {
        if (!/^(stun|turn):[\w.:]+$/.test(url)) {
          throw new DOMException(`'${url}' is not a valid URL`, "SyntaxError");
        }
        if (url.startsWith("turn") && !username) {
          throw new DOMException(`${url} has no username`, "InvalidAccessError");
        }
      }
    }
    return new RelayingPeer(configuration);
  };

  test("is found URL by URL, and the others are asked", async () => {
    const check = startCheck({ createPeer });
    const urls = ["stun:s?transport=udp", "http://a/b", "turn:name:hush@t", "turn:t"];
    await check.greet([{ urls, ...login }, { urls: "turn:open" }]);
    const report = await check.report();
    expect(
      report.iceServers.map(({ url, kind, verdict, reason }) => [url, kind, verdict, reason]),
    ).toEqual([
      ["stun:s?transport=udp", "stun", "failed", "other"],
      ["http://a/b", "unknown", "failed", "other"],
      ["turn:t", "turn", "failed", "other"],
      ["turn:t", "turn", "warning", undefined],
      ["turn:open", "turn", "failed", "other"],
    ]);
    const [first, , , , open] = report.iceServers;
    expect(first?.finding).toContain("the browser refuses it");
    expect(open?.finding).toContain("needs a username and a credential");
    expect(JSON.stringify(report) + preflightText(report)).not.toContain("hush");
  });

  test("keeps nobody from calling with the others", async () => {
    const tried: (readonly RTCIceServer[] | undefined)[] = [];
    const check = startCheck({
      createPeer: (configuration) => {
        const peer = createPeer(configuration);
        tried.push(configuration.iceServers);
        return peer;
      },
    });
    await check.greet([{ urls: "stun:s?transport=udp" }, { urls: "stun:s" }]);
    await check.report();
    expect(tried).toContainEqual([{ urls: "stun:s" }]);
  });

  test("of servers without URLs is refused too, instead of breaking the check", async () => {
    const iceServers = [{ url: "stun:a" }] as unknown as RTCIceServer[];
    const check = startCheck({ createPeer, iceServers });
    await check.greet();
    expect((await check.report()).iceServers).toMatchObject([
      { url: "(no URL)", kind: "unknown", verdict: "failed" },
    ]);
  });
});

test("a browser without WebRTC is unsupported, and no call can be made", async () => {
  const createPeer = (): never => {
    throw new ReferenceError("RTCPeerConnection is not defined");
  };
  const check = startCheck({ createPeer });
  await check.greet([{ urls: "stun:a" }]);
  const report = await check.report();
  expect(report).toMatchObject({ step: "none", verdict: "failed" });
  expect(report.path).toMatchObject({ verdict: "failed", reason: "unsupported" });
  expect(report.iceServers[0]).toMatchObject({ verdict: "failed", reason: "unsupported" });
});

describe("the time that it takes", () => {
  const createPeer = (configuration: RTCConfiguration) => new RelayingPeer(configuration);

  test("is at most 20 s, and what was not finished says so", async () => {
    const check = startCheck({ createPeer });
    await check.greet(turnServers(20));
    const report = await check.report();
    expect(report.finished).toBe(true);
    expect(report.tookMs).toBeLessThanOrEqual(20_000);
    const tried = report.iceServers.filter(({ verdict }) => verdict === "warning");
    const untried = report.iceServers.filter(({ verdict }) => verdict === "skipped");
    expect(tried.length).toBeGreaterThan(8);
    expect(untried.length).toBe(20 - tried.length);
    expect(untried[0]).toMatchObject({ reachedMs: 0 });
    expect(untried[0]?.finding).toMatch(/answers over UDP .* the time was up before its relay/);
    expect(check.clock.pending).toBe(0);
  });

  test("does not count a relay that was not tried as blocked", async () => {
    const check = startCheck({ createPeer });
    const late = { urls: "turn:z?transport=tcp", ...login };
    await check.greet([...turnServers(20), late]);
    const { ladder } = await check.report();
    expect(ladder).toContainEqual({ step: "relay-tcp", state: "unknown" });
  });

  test("holds two relays more than there are URLs, never more", async () => {
    let open = 0;
    let most = 0;
    class Counted extends RelayingPeer {
      constructor(configuration: RTCConfiguration) {
        super(configuration);
        open += 1;
        most = Math.max(most, open);
      }
      override close(): void {
        if (this.connectionState !== "closed") open -= 1;
        super.close();
      }
    }
    const check = startCheck({ createPeer: (configuration) => new Counted(configuration) });
    await check.greet(turnServers(6));
    check.socket.cut(); // so that no call's own peer is counted
    await check.report();
    expect(most).toBe(6 + 2);
    expect(open).toBe(0);
  });

  test("is over where the application never gives an address", async () => {
    const check = startCheck({ signallingUrl: () => new Promise(() => undefined) });
    const report = await check.report();
    expect(report.server).toMatchObject({ verdict: "failed", reason: "signalling" });
    expect(report.tookMs).toBeLessThanOrEqual(20_000);
  });

  test.each([
    [false, "an address and then no greeting"],
    [true, "an address, a greeting and then no answer to anything"],
  ])("is kept where all is late (greets: %s): %s", async (greets) => {
    let give: (url: string) => void = () => undefined;
    const signallingUrl = () => new Promise<string>((resolve) => (give = resolve));
    const check = startCheck({ signallingUrl });
    await check.clock.advance(3900);
    give("ws://agent");
    await settle();
    check.socket.open();
    await check.clock.advance(5900);
    if (greets) await check.greet(turnServers(3));
    const report = await check.report();
    expect(report).toMatchObject({ finished: true, step: greets ? "websocket" : "none" });
    expect(report.path.verdict).toBe(greets ? "failed" : "skipped");
    expect(report.tookMs).toBeGreaterThan(9000);
    expect(report.tookMs).toBeLessThanOrEqual(20_000);
  });
});

describe("the caller's signal", () => {
  const reason = new Error("enough");

  test("ends it while the application is asked for the address, which is not used later", async () => {
    const run = new AbortController();
    let give: (url: string) => void = () => undefined;
    const signallingUrl = () => new Promise<string>((resolve) => (give = resolve));
    const check = startCheck({ signal: run.signal, signallingUrl });
    await settle();
    run.abort(reason);
    await expect(check.outcome).rejects.toBe(reason);
    give("ws://agent");
    await settle();
    expect(check.sockets).toEqual([]);
    expect(check.clock.pending).toBe(0);
  });

  test("ends it while the browser asks for the microphone, which is closed when it is allowed", async () => {
    const run = new AbortController();
    const stop = vi.fn();
    let allow: (stream: unknown) => void = () => undefined;
    const getUserMedia = () => new Promise((resolve) => (allow = resolve));
    const check = startCheck({
      signal: run.signal,
      microphone: true,
      mediaDevices: { getUserMedia },
    });
    await settle();
    check.socket.cut(); // so that it waits for the microphone alone
    await check.clock.advance(0);
    run.abort(reason);
    await expect(check.outcome).rejects.toBe(reason);
    allow({ getTracks: () => [{ stop }], getAudioTracks: () => [] });
    await settle();
    expect(stop).toHaveBeenCalledOnce();
  });

  test.each([0, 100, 3000, 12_000])("ends it at once after %i ms of trying", async (ms) => {
    const run = new AbortController();
    const createPeer = (configuration: RTCConfiguration) => new RelayingPeer(configuration);
    const check = startCheck({ signal: run.signal, createPeer });
    await check.greet(turnServers(8));
    await check.clock.advance(ms);
    run.abort(reason);
    await expect(check.outcome).rejects.toBe(reason);
    await settle();
    expect(check.socket.readyState).toBe(3);
    expect(check.clock.pending).toBe(0);
  });
});

test("a browser that knows no microphones is unsupported", async () => {
  vi.stubGlobal("isSecureContext", true);
  const check = startCheck({ microphone: true });
  await settle();
  check.socket.cut();
  const { microphone } = await check.report();
  expect(microphone).toMatchObject({ verdict: "failed", reason: "unsupported" });
});
