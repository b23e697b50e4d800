import type { TurnServer } from "../transport/webrtc/ice-servers.ts";
import { addressKind } from "../transport/address-kind.ts";
import type { Endpoint } from "../ice/probe/stun-client.ts";
import type { TurnReport } from "../ice/probe/turn-visit.ts";
import { notAllocated } from "./doctor-faults.ts";
import type { Verdicts } from "./doctor-finding.ts";

/** What a TURN server does for whom it has let in. */
export function judgeRelay(report: TurnReport): readonly (Verdicts | undefined)[] {
  const { server, allocation, echo } = report;
  return [
    allocation && judgeAllocation(server, allocation),
    echo && judgeEcho(echo, allocation),
    judgePeers(report),
  ];
}

function judgeAllocation(
  server: TurnServer,
  allocation: NonNullable<TurnReport["allocation"]>,
): Verdicts {
  const check = "allocation";
  if (!allocation.ok) {
    const words = notAllocated(allocation.fault, server.transport, server.port);
    return { check, verdict: "failed", ...words };
  }
  const { relayed, mapped, tookMs } = allocation.value;
  const finding = `relays at ${shown(relayed)}; granted in ${ms(tookMs)}`;
  // It sees us come from the internet, so callers are there too: they cannot send to 10.0.0.5.
  if (addressKind(relayed.host) === "public" || addressKind(mapped.host) !== "public") {
    return { check, verdict: "ok", finding };
  }
  return {
    check,
    verdict: "failed",
    finding: `${finding}, which callers on the internet cannot reach`,
    remedy: "Tell the TURN server its public address (coturn: external-ip=PUBLIC/PRIVATE).",
  };
}

function judgeEcho(
  { fromHere, betweenRelays }: NonNullable<TurnReport["echo"]>,
  allocation: TurnReport["allocation"],
): Verdicts {
  const check = "echo";
  if (fromHere.ok) {
    const finding = `sent through the relay and back in ${ms(fromHere.value)}`;
    return { check, verdict: "ok", finding };
  }
  const denied = fromHere.fault.kind === "refused" && fromHere.fault.code === 403;
  if (betweenRelays?.ok) {
    const finding = `passes between two relays in ${ms(betweenRelays.value)}`;
    if (denied) return { check, verdict: "ok", finding };
    const port = allocation?.ok ? allocation.value.relayed.port : 0;
    return {
      check,
      verdict: "warning",
      finding: `${finding}, but not from this machine to the relayed UDP port ${port}`,
      remedy:
        "Open the relay's UDP ports in its firewall (coturn: min-port to max-port, 49152-65535 by default), or UDP out of this network.",
    };
  }
  if (denied) {
    return {
      check,
      verdict: "unknown",
      finding: "the relay keeps its clients from this machine's address, so nothing can be sent",
      remedy: "To check it, run the doctor where callers are: outside the server's network.",
    };
  }
  return {
    check,
    verdict: "failed",
    finding: "what we send through the relay does not come back",
    remedy:
      "Open the relay's UDP ports in its firewall (coturn: min-port to max-port, 49152-65535 by default), and check its external-ip.",
  };
}

/** What a relay lets its users send to, in either family. Whoever has its credentials gets behind the firewall. */
function judgePeers({ openPeers, openPeers6 }: TurnReport): Verdicts | undefined {
  if (!openPeers) return undefined;
  const check = "private peers";
  const asked = openPeers6 ? [openPeers, openPeers6] : [openPeers];
  const open = asked.flatMap((outcome) => (outcome.ok ? outcome.value : []));
  if (open.length > 0) {
    return {
      check,
      verdict: "failed",
      finding: `lets its users send to ${open.join(", ")}`,
      remedy:
        "Deny private peers on the TURN server, or callers reach machines behind it (coturn: denied-peer-ip=10.0.0.0-10.255.255.255 and so on).",
    };
  }
  if (!asked.every(({ ok }) => ok)) {
    const finding = "it did not say which peers it refuses";
    return { check, verdict: "unknown", finding };
  }
  return { check, verdict: "ok", finding: "refuses to send into private networks" };
}

/** `10.0.0.5:3478`, `[::1]:3478`. */
export function shown({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
