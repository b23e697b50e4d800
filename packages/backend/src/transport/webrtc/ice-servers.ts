import type { IceServer } from "@metered/llmrtc-core";

/** A STUN server's address; the host may be a name. */
export interface StunServer {
  readonly host: string;
  readonly port: number;
}

/** One way to one TURN server. */
export interface TurnServer extends StunServer {
  readonly transport: "udp" | "tcp" | "tls";
  readonly username: string;
  readonly credential: string;
}

export interface IceServerList {
  readonly stun: readonly StunServer[];
  readonly turn: readonly TurnServer[];
  /** URLs that say nothing to us, without their credentials. */
  readonly ignored: readonly string[];
}

const pattern =
  /^(stuns?|turns?):(?:\/\/)?(\[[^\]]+\]|[^:?]+)(?::(\d{1,5}))?(?:\?transport=(\w+))?$/i;

/**
 * Every server of an RTCIceServer list, one entry per URL (RFC 7064, RFC 7065). TURN without a
 * user name and credential, and STUN over TLS, are ignored.
 */
export function readIceServers(servers: readonly IceServer[]): IceServerList {
  const stun: StunServer[] = [];
  const turn: TurnServer[] = [];
  const ignored: string[] = [];
  for (const { urls, username, credential } of servers) {
    for (const url of typeof urls === "string" ? [urls] : urls) {
      const parsed = readUrl(url.trim());
      if (parsed === undefined) ignored.push(url);
      else if (parsed.transport === undefined) stun.push(parsed.server);
      else if (username !== undefined && credential !== undefined) {
        turn.push({ ...parsed.server, transport: parsed.transport, username, credential });
      } else ignored.push(url);
    }
  }
  return { stun, turn, ignored };
}

const byTransport = ["udp", "tcp", "tls"] as const satisfies TurnServer["transport"][];

/** UDP waits for no lost packet, TLS costs more than TCP; else the order of the list. */
export function byLikelihood(servers: readonly TurnServer[]): TurnServer[] {
  const place = ({ transport }: TurnServer): number => byTransport.indexOf(transport);
  return [...servers].sort((a, b) => place(a) - place(b));
}

interface ParsedUrl {
  readonly server: StunServer;
  /** Undefined for STUN. */
  readonly transport: TurnServer["transport"] | undefined;
}

function readUrl(url: string): ParsedUrl | undefined {
  const [, scheme, rawHost, rawPort, rawTransport] = pattern.exec(url) ?? [];
  if (scheme === undefined || rawHost === undefined) return undefined;
  const secure = scheme.toLowerCase().endsWith("s");
  const port = rawPort === undefined ? (secure ? 5349 : 3478) : Number(rawPort);
  if (port < 1 || port > 65_535) return undefined;
  const server = { host: rawHost.replace(/^\[|\]$/g, ""), port };
  if (scheme.toLowerCase().startsWith("stun")) {
    return secure || rawTransport !== undefined ? undefined : { server, transport: undefined };
  }
  const transport = turnTransport(secure, rawTransport?.toLowerCase());
  return transport === undefined ? undefined : { server, transport };
}

function turnTransport(
  secure: boolean,
  asked: string | undefined,
): TurnServer["transport"] | undefined {
  if (secure) return asked === undefined || asked === "tcp" ? "tls" : undefined;
  if (asked === undefined || asked === "udp") return "udp";
  return asked === "tcp" ? "tcp" : undefined;
}
