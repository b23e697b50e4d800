import { LLMRTCError } from "@metered/llmrtc-core";
import { isIP } from "node:net";
import { withinLimit } from "../ice/probe/limit.ts";
import { addressesOf, type ProbeOptions, probeStun, type StunReport } from "../ice/probe/probe.ts";
import { probeTurn, type TurnReport } from "../ice/probe/turn-visit.ts";
import type { Outcome } from "../ice/probe/fault.ts";
import { defaultPortRange } from "../transport/addresses.ts";
import { type IceServerList, readIceServers } from "../transport/webrtc/ice-servers.ts";
import { ClockWatch, judgeClock } from "./doctor-clock.ts";
import { configuredServers } from "./doctor-configured.ts";
import { judgeCoverage } from "./doctor-coverage.ts";
import { judgeLifetime } from "./doctor-credentials.ts";
import { type Diagnosis, type Finding, worst } from "./doctor-finding.ts";
import { checkHttpPort } from "./doctor-http-port.ts";
import {
  checkNamedInterfaces,
  checkUdpPorts,
  judgeAddresses,
  localAddresses,
} from "./doctor-machine.ts";
import { judgeName, judgeStun, judgeTurn } from "./doctor-servers.ts";
import { parseEnvironment, type ServerSettings, type Variables } from "./environment.ts";

const allWithinMs = 3_800;
const webWithinMs = 2_000;

export interface DoctorOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** UDP ports for media, first and last. Default: as the server, 49152 to 65535. */
  readonly udpPorts?: readonly [number, number] | undefined;
  /** A web server whose clock to compare ours with. */
  readonly timeFrom?: string | undefined;
  /** Certificate authorities to trust in place of Node's, as PEM. */
  readonly ca?: string | undefined;
  readonly fetch?: typeof globalThis.fetch;
  /** All checks together end by then, in milliseconds: those that still wait fail. Default 3800. */
  readonly withinMs?: number | undefined;
}

/**
 * Checks whether callers will reach a server that runs here with these variables: its addresses and
 * ports, every STUN and TURN server of its configuration, certificates, credentials and the clock.
 * Takes less than five seconds, changes nothing and never throws for what it finds.
 */
export async function diagnose(
  variables: Variables,
  options: DoctorOptions = {},
): Promise<Diagnosis> {
  const started = performance.now();
  const findings = await examine(variables, options);
  return { verdict: worst(findings), tookMs: performance.now() - started, findings };
}

async function examine(variables: Variables, options: DoctorOptions): Promise<Finding[]> {
  let server: ServerSettings;
  try {
    ({ server } = parseEnvironment(variables));
  } catch (error) {
    if (!(error instanceof LLMRTCError)) throw error;
    return [misconfigured(error.message)];
  }
  const clock = new ClockWatch(options.fetch ?? globalThis.fetch);
  const host = options.host ?? server.host ?? "127.0.0.1";
  const port = options.port ?? server.port ?? 8787;
  const { signal } = new AbortController();
  const ms = options.withinMs ?? allWithinMs;
  const [ports, servers] = await withinLimit({ signal, ms }, (within) =>
    Promise.all([
      Promise.all([
        checkHttpPort({ host, port }, { signal: within }),
        checkUdpPorts(options.udpPorts ?? server.portRange ?? defaultPortRange),
      ]),
      examineServers(server, clock, { signal: within, ca: options.ca }),
      options.timeFrom !== undefined && askTime(clock, options.timeFrom),
    ]),
  );
  const announced = server.announcedAddresses ?? [];
  const addresses = judgeAddresses({ ...servers.seen, announced, local: localAddresses() });
  const interfaces = checkNamedInterfaces(server);
  return [addresses, ...interfaces, ...ports, judgeClock(clock.reading), ...servers.findings];
}

function misconfigured(finding: string): Finding {
  const remedy = "Correct it in the environment or in .env.";
  return { subject: "configuration", check: "variables", verdict: "failed", finding, remedy };
}

interface ServerFindings {
  readonly findings: readonly Finding[];
  /** What the servers say about us. */
  readonly seen: { readonly mapped: readonly string[]; readonly relayed: boolean };
}

async function examineServers(
  settings: ServerSettings,
  clock: ClockWatch,
  options: ProbeOptions,
): Promise<ServerFindings> {
  const { fetch } = clock;
  const { signal } = options;
  const { iceServers, fixed, findings } = await configuredServers(settings, { signal, fetch });
  const list = readIceServers(iceServers);
  const { names, stun, turn } = await probeAll(list, options);
  const now = Date.now();
  return {
    findings: [
      ...findings,
      ...judgeCoverage(list),
      ...judgeLifetime(list.turn, { now, fixed }),
      ...names,
      ...stun.flatMap(judgeStun),
      ...turn.flatMap((report) => judgeTurn(report, now)),
    ],
    seen: {
      mapped: [
        ...stun.flatMap(({ binding }) => (binding.ok ? [binding.value.mapped.host] : [])),
        ...turn.flatMap(({ allocation: got }) => (got?.ok ? [got.value.mapped.host] : [])),
      ],
      relayed: turn.some(({ allocation }) => allocation?.ok),
    },
  };
}

interface Probed {
  readonly names: readonly Finding[];
  readonly stun: readonly StunReport[];
  readonly turn: readonly TurnReport[];
}

/** All at once; a host is looked up once for all its URLs. */
async function probeAll({ stun, turn }: IceServerList, options: ProbeOptions): Promise<Probed> {
  const hosts = new Set([...stun, ...turn].map(({ host }) => host));
  const lookups = new Map<string, Promise<Outcome<readonly string[]>>>();
  for (const host of hosts) lookups.set(host, addressesOf(host, options));
  const addressOf = async (host: string): Promise<string | undefined> => {
    const found = await lookups.get(host);
    return found?.ok ? found.value[0] : undefined;
  };
  const [names, stunReports, turnReports] = await Promise.all([
    Promise.all(
      [...lookups]
        .filter(([host]) => isIP(host) === 0)
        .map(async ([host, lookup]) => judgeName(host, await lookup)),
    ),
    Promise.all(
      stun.map(async (server) => {
        const address = await addressOf(server.host);
        return address === undefined ? [] : [await probeStun(server, address, options)];
      }),
    ),
    Promise.all(
      turn.map(async (server) => {
        const address = await addressOf(server.host);
        return address === undefined ? [] : [await probeTurn(server, address, options)];
      }),
    ),
  ]);
  return { names, stun: stunReports.flat(), turn: turnReports.flat() };
}

async function askTime(clock: ClockWatch, url: string): Promise<void> {
  try {
    await clock.fetch(url, { method: "HEAD", signal: AbortSignal.timeout(webWithinMs) });
  } catch {
    // Then nobody told the time, and the finding says so.
  }
}
