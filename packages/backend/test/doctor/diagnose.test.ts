import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer } from "node:tls";
import type { IceServer } from "@metered/llmrtc-core";
import { afterEach, describe, expect, test } from "vitest";
import type { Finding } from "../../src/cli/doctor-finding.ts";
import { configuredServers } from "../../src/cli/doctor-configured.ts";
import { diagnose, type DoctorOptions } from "../../src/cli/doctor.ts";
import { newAuthority } from "./certificates.ts";
import { freePort } from "./coturn.ts";
import { type LocalServer, refusingServer, stunServer, tcpServer, udpServer } from "./servers.ts";

const running: LocalServer[] = [];
const start = async (server: Promise<LocalServer>): Promise<number> => {
  running.push(await server);
  return (await server).port;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

const login = { username: "caller-name", credential: "caller-secret" };
const turn = (urls: string | string[]): IceServer => ({ urls, ...login });

async function examine(iceServers: readonly IceServer[], options: DoctorOptions = {}) {
  const variables = { ICE_SERVERS: JSON.stringify(iceServers) };
  return diagnose(variables, { port: await freePort(), ...options });
}

const about = (findings: readonly Finding[], check: string): Finding[] =>
  findings.filter((finding) => finding.check === check);

describe("a STUN server", () => {
  test("that answers tells our address", async () => {
    const port = await start(stunServer());
    const { findings, verdict } = await examine([{ urls: `stun:127.0.0.1:${port}` }]);
    const [binding] = about(findings, "binding");
    expect(binding).toMatchObject({ subject: `stun:127.0.0.1:${port}`, verdict: "ok" });
    expect(binding?.finding).toContain("203.0.113.9");
    expect(about(findings, "addresses")[0]?.finding).toContain("203.0.113.9");
    expect(verdict).toBe("warning"); // there is no TURN
  });

  test("that is silent fails within its limit", async () => {
    const port = await start(udpServer(() => undefined));
    const { findings, verdict, tookMs } = await examine([{ urls: `stun:127.0.0.1:${port}` }]);
    expect(about(findings, "binding")).toMatchObject([
      { verdict: "failed", finding: "no answer over UDP" },
    ]);
    expect(verdict).toBe("failed");
    expect(tookMs).toBeLessThan(5_000);
  });

  test("whose port is closed fails at once", async () => {
    const { findings } = await examine([{ urls: `stun:127.0.0.1:${await freePort()}` }]);
    expect(about(findings, "binding")[0]?.finding).toContain("nothing listens");
  });

  test("that is something else is told from one that is not there", async () => {
    const port = await start(udpServer(() => Buffer.from("not stun at all, sorry")));
    const { findings } = await examine([{ urls: `stun:127.0.0.1:${port}` }]);
    expect(about(findings, "binding")[0]?.finding).toContain("does not speak STUN");
  });

  test("that repeats nothing is asked again", async () => {
    let heard = 0;
    const port = await start(udpServer(() => ((heard += 1), undefined)));
    await examine([{ urls: `stun:127.0.0.1:${port}` }]);
    expect(heard).toBeGreaterThan(1);
  });
});

describe("a TURN server", () => {
  test.each([
    [401, "refuses the credentials"],
    [486, "over quota"],
    [508, "no relayed port left"],
    [599, "refuses with 599"],
  ])("that refuses with %i is quoted in words", async (code, words) => {
    const port = await start(refusingServer(code));
    const { findings } = await examine([turn(`turn:127.0.0.1:${port}`)]);
    const [failed] = findings.filter(
      ({ subject, verdict }) => subject.startsWith("turn:") && verdict === "failed",
    );
    expect(failed?.finding).toContain(words);
    expect(failed?.remedy).toBeTruthy();
  });

  test("over TCP that is a web server does not speak STUN", async () => {
    const port = await start(tcpServer(() => undefined, createHttpServer()));
    const { findings } = await examine([turn(`turn:127.0.0.1:${port}?transport=tcp`)]);
    expect(about(findings, "reached")[0]?.finding).toContain("does not speak STUN");
  });

  test("over TCP that hangs up is told from a silent one", async () => {
    const [rude, silent] = await Promise.all([
      start(tcpServer((socket) => socket.end())),
      start(tcpServer(() => undefined)),
    ]);
    const { findings, tookMs } = await examine([
      turn([`turn:127.0.0.1:${rude}?transport=tcp`, `turn:127.0.0.1:${silent}?transport=tcp`]),
    ]);
    expect(about(findings, "reached").map(({ finding }) => finding)).toEqual([
      "it closed the connection over TCP",
      "no answer over TCP",
    ]);
    expect(tookMs).toBeLessThan(5_000);
  });

  test("over TLS that never shakes hands is silent", async () => {
    const port = await start(tcpServer(() => undefined));
    const { findings } = await examine([turn(`turns:127.0.0.1:${port}`)]);
    expect(about(findings, "reached")[0]?.finding).toBe("no answer over TLS");
  });

  test("over TLS whose port is plain does not speak it", async () => {
    const port = await start(tcpServer((socket) => socket.end("220 welcome\r\n")));
    const { findings } = await examine([turn(`turns:127.0.0.1:${port}`)]);
    expect(about(findings, "reached")[0]?.finding).toContain("does not speak STUN");
  });
});

test("a TURN server that answers STUN requests tells our address, also where it does not relay", async () => {
  const port = await start(stunServer());
  const { findings, verdict } = await examine([turn(`turn:127.0.0.1:${port}`)]);
  const subject = `turn:127.0.0.1:${port}?transport=udp`;
  expect(about(findings, "binding")).toMatchObject([{ subject, verdict: "ok" }]);
  expect(about(findings, "binding")[0]?.finding).toContain("203.0.113.9");
  expect(about(findings, "reached")).toMatchObject([{ verdict: "failed" }]);
  expect(verdict).toBe("failed");
});

describe("a certificate", () => {
  const show = async (subject: { names: string[]; daysLeft?: number }, trusted = true) => {
    const authority = await newAuthority();
    const heard: Buffer[] = [];
    const secure = createTlsServer(await authority.issue(subject));
    secure.on("tlsClientError", () => undefined); // clients may leave as they like
    secure.on("secureConnection", (socket) =>
      socket.on("data", (data: Buffer) => heard.push(data)),
    );
    const port = await start(tcpServer(() => undefined, secure));
    const ca = trusted ? authority.ca : undefined;
    const { findings } = await examine([turn(`turns:localhost:${port}`)], { ca });
    return { certificate: about(findings, "certificate")[0], findings, heard };
  };

  test("made out to the host and good for long is fine", async () => {
    const { certificate, heard } = await show({ names: ["localhost"] });
    expect(certificate).toMatchObject({ verdict: "ok" });
    expect(certificate?.finding).toContain("364 days");
    expect(heard).not.toHaveLength(0);
  });

  test.each([
    ["about to end", { names: ["localhost"], daysLeft: 6 }, "warning", "ends in 5 days"],
    ["that ended", { names: ["localhost"], daysLeft: -2 }, "failed", "it ended on"],
    ["for another host", { names: ["turn.example.com"] }, "failed", "DNS:turn.example.com"],
  ] as const)("%s is reported", async (_what, { names, ...rest }, verdict, words) => {
    const { certificate } = await show({ names: [...names], ...rest });
    expect(certificate).toMatchObject({ verdict });
    expect(certificate?.finding).toContain(words);
  });

  test("that nobody vouches for gets nothing from us", async () => {
    const { certificate, findings, heard } = await show({ names: ["localhost"] }, false);
    expect(certificate).toMatchObject({ verdict: "failed" });
    expect(certificate?.finding).toContain("no known authority");
    expect(about(findings, "reached")).toEqual([]);
    expect(heard).toEqual([]);
  });
});

describe("this machine", () => {
  test("has a free HTTP port", async () => {
    const { findings } = await examine([]);
    expect(about(findings, "HTTP port")[0]?.finding).toContain("is free");
  });

  test.each([
    ["this server", { ok: true }, "ok"],
    ["another program", { hello: "world" }, "failed"],
  ])("may have %s on it", async (_who, answer, verdict) => {
    const http = createHttpServer((_request, response) => response.end(JSON.stringify(answer)));
    const port = await start(tcpServer(() => undefined, http));
    const { findings } = await examine([], { port });
    expect(about(findings, "HTTP port")).toMatchObject([{ verdict }]);
  });

  test("has no address of somebody else", async () => {
    const { findings } = await examine([], { host: "203.0.113.77" });
    expect(about(findings, "HTTP port")).toMatchObject([{ verdict: "failed" }]);
  });

  test("may be called by a name", async () => {
    const { findings } = await examine([], { host: "localhost" });
    expect(about(findings, "HTTP port")).toMatchObject([{ verdict: "ok" }]);
    expect(about(findings, "HTTP port")[0]?.finding).toMatch(/^localhost:\d+ is free$/);
  });

  test("has no name that leads nowhere", async () => {
    const { findings } = await examine([], { host: "voice.invalid" });
    expect(about(findings, "HTTP port")).toMatchObject([{ verdict: "failed" }]);
    expect(about(findings, "HTTP port")[0]?.finding).toContain("voice.invalid does not resolve");
  });

  test("has the interfaces that media shall use, or the server does not start", async () => {
    const port = await freePort();
    const named = (names: string) =>
      diagnose({ ICE_SERVERS: "[]", ICE_INTERFACES: names }, { port });
    const there = await named("127.0.0.1");
    expect(about(there.findings, "interfaces")).toMatchObject([{ verdict: "ok" }]);
    const missing = await named("127.0.0.1,nosuch0");
    expect(missing.verdict).toBe("failed");
    expect(about(missing.findings, "interfaces")).toMatchObject([{ verdict: "failed" }]);
    expect(about(missing.findings, "interfaces")[0]?.finding).toContain("there is no nosuch0");
  });

  test("has its UDP ports taken by others", async () => {
    const port = await start(udpServer(() => undefined));
    const { findings } = await examine([], { udpPorts: [port, port] });
    expect(about(findings, "UDP ports")).toMatchObject([{ verdict: "failed" }]);
    expect(about(findings, "UDP ports")[0]?.finding).toContain("EADDRINUSE");
  });
});

describe("the clock", () => {
  const answering = (aheadMs: number) => () =>
    Promise.resolve(
      new Response(null, { headers: { date: new Date(Date.now() + aheadMs).toUTCString() } }),
    );
  const timeFrom = "https://time.example.com/";

  test.each([
    ["right", 0, "ok", /agrees with time.example.com/],
    ["slow", 60_000, "warning", /\b(?:59|60) s behind/],
    ["fast", -3_600_000, "failed", /\b360[01] s ahead of/],
  ])("that is %s is judged by a web server's", async (_how, aheadMs, verdict, words) => {
    const { findings } = await examine([], { timeFrom, fetch: answering(aheadMs) });
    expect(about(findings, "clock")).toMatchObject([{ verdict }]);
    expect(about(findings, "clock")[0]?.finding).toMatch(words);
  });

  test("cannot be told where nobody tells the time", async () => {
    const fetch = () => Promise.reject(new Error("no network"));
    const { findings, verdict } = await examine([], { timeFrom, fetch });
    expect(about(findings, "clock")).toMatchObject([{ verdict: "unknown" }]);
    expect(verdict).not.toBe("failed");
  });
});

describe("the list of servers", () => {
  test("that cannot be read is a finding, not a crash", async () => {
    const { findings, verdict } = await diagnose({ ICE_SERVERS: "nonsense" });
    expect(verdict).toBe("failed");
    expect(findings).toMatchObject([{ subject: "configuration", verdict: "failed" }]);
  });

  test("that a wrong key keeps from us is a failure", async () => {
    const fetch = (): Promise<Response> => Promise.resolve(new Response("{}", { status: 401 }));
    const variables = { METERED_APP_NAME: "myapp", METERED_API_KEY: "very-secret" };
    const diagnosis = await diagnose(variables, { fetch, port: await freePort() });
    expect(about(diagnosis.findings, "source")).toMatchObject([{ verdict: "failed" }]);
    expect(JSON.stringify(diagnosis)).not.toContain("very-secret");
  });

  test("without TURN is no list for relays alone, and is looked at all the same", async () => {
    const port = await start(stunServer());
    const variables = {
      ICE_SERVERS: JSON.stringify([{ urls: `stun:127.0.0.1:${port}` }]),
      ICE_TRANSPORT_POLICY: "relay",
    };
    const { findings, verdict } = await diagnose(variables, { port: await freePort() });
    expect(verdict).toBe("failed");
    expect(about(findings, "policy")).toMatchObject([{ verdict: "failed" }]);
    expect(about(findings, "policy")[0]?.finding).toContain("no TURN server is configured");
    expect(about(findings, "binding")).toMatchObject([{ verdict: "ok" }]);
  });

  test("is not waited for from a source that heeds no signal", async () => {
    const iceServers = () => new Promise<never>(() => undefined);
    const impatient = new AbortController();
    const asked = configuredServers({ iceServers }, { signal: impatient.signal, fetch });
    impatient.abort();
    expect((await asked).findings).toMatchObject([{ check: "source", verdict: "failed" }]);
  });

  test("that lacks credentials of each call's own, for a wrong secret key, is a warning", async () => {
    const listed = [{ urls: "stun:127.0.0.1:9" }];
    const fetch = (_: unknown, { method }: RequestInit = {}): Promise<Response> =>
      Promise.resolve(Response.json(listed, { status: method === "POST" ? 401 : 200 }));
    const keys = { METERED_API_KEY: "very-secret", METERED_SECRET_KEY: "very-secret-too" };
    const variables = { METERED_APP_NAME: "myapp", ...keys };
    const diagnosis = await diagnose(variables, { fetch, port: await freePort() });
    const [source] = about(diagnosis.findings, "source");
    expect(source).toMatchObject({ verdict: "warning" });
    expect(source?.finding).toContain("status 401: check METERED_SECRET_KEY");
    expect(JSON.stringify(diagnosis)).not.toContain("very-secret");
  });

  test("that a service gave with an address that browsers refuse is a warning", async () => {
    const listed = [{ urls: "stun:127.0.0.1:9" }, { urls: "stun:127.0.0.1:9?transport=udp" }];
    const fetch = (): Promise<Response> => Promise.resolve(Response.json(listed));
    const variables = { METERED_APP_NAME: "myapp", METERED_API_KEY: "key" };
    const { findings } = await diagnose(variables, { fetch, port: await freePort() });
    const [source] = about(findings, "source");
    expect(source).toMatchObject({ verdict: "warning" });
    expect(source?.finding).toContain("iceServers[1].urls holds an address with a ?");
  });

  test("with a name that does not resolve says so once for all its URLs", async () => {
    const urls = ["turn:turn.invalid", "turn:turn.invalid?transport=tcp", "turns:turn.invalid"];
    const { findings } = await examine([turn(urls)]);
    expect(about(findings, "name")).toMatchObject([{ subject: "turn.invalid", verdict: "failed" }]);
  });

  test("never shows a credential, whatever goes wrong", async () => {
    const udp = await start(refusingServer(401));
    const diagnosis = await examine([
      turn([
        `turn:127.0.0.1:${udp}`,
        `turn:127.0.0.1:${await freePort()}?transport=tcp`,
        "turn:caller-name:caller-secret@turn.invalid:3478",
        "turn:caller-secret@turn.invalid:3478",
      ]),
    ]);
    expect(diagnosis.verdict).toBe("failed");
    expect(JSON.stringify(diagnosis)).not.toMatch(/caller-(?:name|secret)/);
  });
});
