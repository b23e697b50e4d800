import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "../src/certificates.ts";
import { giveIpv6 } from "../src/ipv6.ts";
import { Lab } from "../src/lab.ts";
import type { NatBehaviour } from "../src/nat-behaviour.ts";
import { firewalls } from "../src/nat-rules.ts";
import { program } from "../src/programs.ts";
import { TurnServer } from "../src/turn-server.ts";

let lab: Lab;
let turn: TurnServer;
let probe: string;

beforeAll(async () => {
  lab = await Lab.open();
  await giveIpv6(lab);
  turn = await TurnServer.start(lab, await makeCertificates(lab.folder), { ipv6: true });
  probe = await program(lab, "nat-probe");
});

afterAll(() => lab.close());

async function behaviour(space: "caller" | "agent"): Promise<NatBehaviour> {
  return JSON.parse(await lab.run(space, process.execPath, [probe])) as NatBehaviour;
}

const independent = "endpoint-independent";
const strict = "address-and-port-dependent";

test.each([
  ["open", independent, independent],
  ["full-cone", independent, independent],
  ["address-restricted", independent, "address-dependent"],
  ["port-restricted", independent, strict],
  ["symmetric", strict, strict],
] as const)("%s NAT maps and filters as its name says", async (kind, mapping, filtering) => {
  await lab.setNetwork("wifi", kind);
  expect(await behaviour("caller")).toEqual({ udp: "open", mapping, filtering, hairpin: false });
});

test.each(["port-restricted", "symmetric"] as const)(
  "%s NAT stands before the server too",
  async (kind) => {
    await lab.placeServer("natted");
    await lab.setNetwork("server", kind);
    const mapping = kind === "symmetric" ? strict : independent;
    expect(await behaviour("agent")).toMatchObject({ mapping, filtering: strict });
  },
);

test.each(firewalls)("%s lets no UDP through", async (kind) => {
  await lab.setNetwork("wifi", kind);
  expect(await behaviour("caller")).toEqual({ udp: "blocked" });
});

test.each([
  ["udp-blocked", { 3478: "tcp and tls", 5349: "tcp and tls", 443: "tcp and tls" }],
  ["tcp-443-only", { 3478: "none", 5349: "none", 443: "tcp and tls" }],
  ["tls-443-only", { 3478: "none", 5349: "none", 443: "tls" }],
] as const)("%s lets out what its name says", async (kind, ports) => {
  await lab.setNetwork("wifi", kind);
  const file = await program(lab, "stream-probe");
  const authority = `${lab.folder}/authority.pem`;
  const found: unknown = JSON.parse(await lab.run("caller", process.execPath, [file, authority]));
  expect(found).toEqual(ports);
});

test("coturn, as we ship its configuration, serves callers and nobody else", async () => {
  await lab.setNetwork("wifi", "open");
  const file = await program(lab, "turn-probe");
  const found: unknown = JSON.parse(await lab.run("caller", process.execPath, [file, turn.secret]));
  expect(found).toEqual({
    ipv4: {
      allocated: 0,
      peers: {
        "203.0.113.40": 0,
        "203.0.113.10": 0,
        "10.0.1.2": 403,
        "192.168.1.1": 403,
        "127.0.0.1": 403,
        "0.0.0.0": 403,
        "169.254.169.254": 403,
      },
    },
    ipv6: {
      allocated: 0,
      peers: {
        "2001:db8::40": 0,
        "::": 403,
        "::1": 403,
        "::10.0.0.1": 403,
        "::7f00:1": 403,
        "::a00:0": 403,
        "::a00": 403,
        "::ffff:10.0.0.1": 403,
        "64:ff9b::a00:1": 403,
        "2002:a00:1::1": 403,
        "fc00::1": 403,
        "fd00::1": 403,
        "fe80::1": 403,
        "fec0::1": 403,
        "ff02::1": 403,
      },
    },
    expired: 401,
    wrong: 401,
    refusedOf26: 2,
    otherUser: 0,
  });
});
