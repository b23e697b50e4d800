import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv4 } from "node:net";
import os from "node:os";
import { LLMRTCError } from "@metered/llmrtc-core";
import { addressKind } from "../transport/address-kind.ts";
import { checkInterfaces } from "../transport/address-options.ts";
import type { AddressOptions } from "../transport/addresses.ts";
import type { Finding } from "./doctor-finding.ts";

const subject = "this machine";
const triedPorts = 16;

export interface AddressFacts {
  /** This machine's own, without loopback and link-local ones. */
  readonly local: readonly string[];
  /** What STUN and TURN servers say that we are. */
  readonly mapped: readonly string[];
  /** What the server tells callers to be its public addresses (`ANNOUNCED_ADDRESSES`). */
  readonly announced?: readonly string[];
  /** A TURN server gave us a relay. */
  readonly relayed: boolean;
}

export function localAddresses(): string[] {
  return Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address)
    .filter((address) => ["public", "private"].includes(addressKind(address)));
}

/** Whether callers can reach this machine's addresses. */
export function judgeAddresses(facts: AddressFacts): Finding {
  const { local, mapped, relayed, announced = [] } = facts;
  const at = { subject, check: "addresses" };
  const outside = mapped.filter((address) => addressKind(address) === "public");
  const shown = local.map((address) => `${address} (${addressKind(address)})`).join(", ");
  if (local.length === 0) {
    return {
      ...at,
      verdict: "warning",
      finding: "no network: only callers on this machine can connect",
      remedy: "Connect this machine to a network.",
    };
  }
  if (announced.length > 0) return { ...at, ...judgeAnnounced(announced, outside, shown) };
  const direct =
    outside.length > 0
      ? outside.some((address) => local.includes(address))
      : local.some((address) => isIPv4(address) && addressKind(address) === "public");
  if (direct) {
    return { ...at, verdict: "ok", finding: `${shown}: callers reach a public address directly` };
  }
  const seen = [...new Set(outside)].join(" and ");
  if (seen && relayed) {
    const finding = `${shown}, behind NAT as ${seen}; callers outside come through STUN or TURN`;
    return { ...at, verdict: "ok", finding };
  }
  return {
    ...at,
    verdict: relayed ? "ok" : "warning",
    finding: seen ? `${shown}, behind NAT as ${seen}` : `${shown}; no public IPv4 address`,
    ...(!relayed && {
      remedy:
        "Callers outside this network may not connect: configure a TURN server, or give this machine a public address.",
    }),
  };
}

function judgeAnnounced(
  announced: readonly string[],
  outside: readonly string[],
  shown: string,
): Pick<Finding, "verdict" | "finding" | "remedy"> {
  const finding = `${shown}, announced as ${announced.join(", ")}`;
  const seen = [...new Set(outside)].filter(isIPv4);
  if (seen.length === 0 || seen.some((address) => announced.includes(address))) {
    return { verdict: "ok", finding };
  }
  return {
    verdict: "failed",
    finding: `${finding}, but STUN and TURN servers see ${seen.join(" and ")}`,
    remedy: "Correct ANNOUNCED_ADDRESSES: callers send to an address that is not this machine's.",
  };
}

/** Whether UDP ports of the range can be bound, from a sample that covers it evenly. */
export async function checkUdpPorts(range: readonly [number, number]): Promise<Finding> {
  const at = { subject, check: "UDP ports" };
  const [first, last] = range;
  const size = last - first + 1;
  const tried = Math.min(triedPorts, size);
  const ports = Array.from({ length: tried }, (_, i) => first + Math.floor((i * size) / tried));
  const codes = await Promise.all(ports.map(bindOnce));
  const free = codes.filter((code) => code === undefined).length;
  const finding = `${free} of ${tried} tried from ${first} to ${last} are free`;
  if (free * 2 >= tried) return { ...at, verdict: "ok", finding };
  const reasons = [...new Set(codes.filter((code) => code !== undefined))].join(", ");
  return {
    ...at,
    verdict: free === 0 ? "failed" : "warning",
    finding: `${finding} (${reasons})`,
    remedy: "Choose a range that other programs leave alone: a call takes one port or more.",
  };
}

async function bindOnce(port: number): Promise<string | undefined> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port);
    await once(socket, "listening");
    return undefined;
  } catch (error) {
    return errorCode(error);
  } finally {
    socket.close();
  }
}

/** Whether there is what `ICE_INTERFACES` names; the server does not start else. */
export function checkNamedInterfaces(options: AddressOptions): Finding[] {
  const { interfaces } = options;
  if (interfaces === undefined) return [];
  const at = { subject, check: "interfaces" };
  try {
    checkInterfaces(options);
  } catch (error) {
    if (!(error instanceof LLMRTCError)) throw error;
    const remedy =
      "Correct ICE_INTERFACES, or unset it for all: the server does not start like this.";
    return [{ ...at, verdict: "failed", finding: error.message, remedy }];
  }
  return [{ ...at, verdict: "ok", finding: `media uses ${interfaces.join(", ")} only` }];
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
