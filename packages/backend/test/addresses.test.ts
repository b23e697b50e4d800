import { LLMRTCServer } from "@metered/llmrtc-backend";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { describe, expect, test } from "vitest";
import { checkAddresses, checkInterfaces } from "../src/transport/address-options.ts";
import { hostAddresses, defaultPortRange, type Interfaces } from "../src/transport/addresses.ts";
import { candidatesIn, openCall } from "./webrtc-caller.ts";

const address = (address: string, internal = false) =>
  ({ address, internal }) as NonNullable<Interfaces[string]>[number];
const present: Interfaces = {
  lo: [address("127.0.0.1", true), address("::1", true)],
  eth0: [address("10.0.0.5"), address("2001:db8::5"), address("fe80::1")],
  eth1: [address("192.168.7.5"), address("169.254.3.3")],
  tun0: [address("10.8.0.1")],
  veth3: [address("172.17.0.1")],
};

describe("the addresses that callers are told", () => {
  test("are all but tunnels, bridges and what leads nowhere, and last loopback, for pages on this machine", () => {
    const own = ["10.0.0.5", "2001:db8::5", "192.168.7.5", "127.0.0.1"];
    expect(hostAddresses({}, present)).toEqual(own);
  });

  test("are those of the interfaces that are named, by name or address", () => {
    expect(hostAddresses({ interfaces: ["eth1"] }, present)).toEqual(["192.168.7.5"]);
    expect(hostAddresses({ interfaces: ["tun0", "10.0.0.5"] }, present)).toEqual([
      "10.0.0.5",
      "10.8.0.1",
    ]);
  });

  const of = (names: readonly string[]): Interfaces =>
    Object.fromEntries(names.map((name, n) => [name, [address(`10.1.1.${n}`)]]));
  const passedOver = [
    ...["docker0", "docker_gwbridge", "br-0123456789ab", "podman0", "cni0", "cni-podman0"],
    ...["flannel.1", "cali0123abc", "veth1a2b", "virbr0", "lxcbr0", "lxdbr0", "vmnet8", "vboxnet0"],
    ...["tun0", "utun3", "tap0", "wg0", "wg-office", "ipsec0", "tailscale0", "zt7nnig26ab", "tun"],
  ];
  const uplinks = [
    ...["eth0", "enp3s0", "wlan0", "en0", "ppp0", "wwan0", "br0", "br-lan", "bond0", "Ethernet"],
    ...["tunnelbroker", "wired", "tapestry", "vEthernet (External)", "eth0.5"],
  ];

  test.each(uplinks)("hold those of %s", (name) => {
    expect(hostAddresses({}, of([name, "docker0", "wg0"]))).toEqual(["10.1.1.0", "127.0.0.1"]);
  });

  test.each(passedOver)("leave %s out, unless it is named or all there is", (name) => {
    const there = of(["eth0", name]);
    expect(hostAddresses({}, there)).toEqual(["10.1.1.0", "127.0.0.1"]);
    expect(hostAddresses({ interfaces: [name] }, there)).toEqual(["10.1.1.1"]);
    const alone = { ...of([name]), eth0: [address("fe80::1"), address("169.254.7.7")] };
    expect(hostAddresses({}, alone)).toEqual(["10.1.1.0", "127.0.0.1"]);
  });

  test("are told once, however they are spelt", () => {
    const announcedAddresses = ["2001:DB8::7", "2001:db8:0::7", "2001:db8::5"];
    const interfaces = ["eth0"];
    expect(hostAddresses({ announcedAddresses, interfaces }, present)).toEqual([
      "2001:db8::7",
      "2001:db8::5",
      "10.0.0.5",
    ]);
  });

  test("hold announced ones, of a kind that this machine has", () => {
    const announcedAddresses = ["203.0.113.7", "2001:db8:1::7"];
    const interfaces = ["eth1"];
    expect(hostAddresses({ announcedAddresses, interfaces }, present)).toEqual([
      ...announcedAddresses,
      "192.168.7.5",
    ]);
    const withoutIPv6 = { eth1: present["eth1"] };
    expect(hostAddresses({ announcedAddresses, interfaces }, withoutIPv6)).toEqual([
      "203.0.113.7",
      "192.168.7.5",
    ]);
  });

  test("are in the answer, each with a port of the range", async () => {
    const addresses = hostAddresses({
      announcedAddresses: ["203.0.113.7"],
      interfaces: ["127.0.0.1"],
    });
    const call = await openCall({ hostAddresses: addresses, portRange: defaultPortRange });
    const answer = await call.transport.acceptOffer(await call.offer());
    const offered = candidatesIn(answer).map(({ candidate }) => candidate.split(" "));
    expect(offered.map((parts) => parts[4]).sort()).toEqual(["127.0.0.1", "203.0.113.7"]);
    for (const parts of offered) {
      expect(Number(parts[5])).toBeGreaterThanOrEqual(49_152);
      expect(Number(parts[5])).toBeLessThanOrEqual(65_535);
    }
    await call.close();
  });
});

describe("a wrong address option is refused with one line:", () => {
  test.each([
    [{ portRange: [5, 4] }, "portRange"],
    [{ portRange: [50_000, 50_000] }, "portRange"],
    [{ portRange: [0, 10] }, "portRange"],
    [{ portRange: [50_000, 70_000] }, "portRange"],
    [{ portRange: [50_000, 50_100, 3] }, "portRange"],
    [{ portRange: "50000-50100" }, "portRange"],
    [{ portRange: ["50000", "50100"] }, "portRange"],
    [{ announcedAddresses: ["example.com"] }, "announcedAddresses"],
    [{ announcedAddresses: "203.0.113.7" }, "announcedAddresses"],
    [{ announcedAddresses: [7] }, "announcedAddresses"],
    [{ announcedAddresses: ["0.0.0.0"] }, "announcedAddresses"],
    [{ announcedAddresses: ["203.0.113.7", "::"] }, "announcedAddresses"],
    [{ announcedAddresses: ["224.0.0.1"] }, "announcedAddresses"],
    [{ announcedAddresses: ["255.255.255.255"] }, "announcedAddresses"],
    [{ announcedAddresses: ["ff02::1"] }, "announcedAddresses"],
    [{ announcedAddresses: ["127.0.0.1"] }, "announcedAddresses"],
    [{ announcedAddresses: ["::1"] }, "announcedAddresses"],
    [{ announcedAddresses: ["169.254.3.3"] }, "announcedAddresses"],
    [{ announcedAddresses: ["fe80::1"] }, "announcedAddresses"],
    [{ announcedAddresses: ["2001:db8::1%eth0"] }, "announcedAddresses"],
    [{ announcedAddresses: ["::ffff:203.0.113.7"] }, "announcedAddresses"],
    [{ interfaces: "eth0" }, "interfaces"],
  ])("%j", (options, name) => {
    const check = () => {
      checkAddresses(options as Parameters<typeof checkAddresses>[0]);
    };
    expect(check).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(check).toThrow(new RegExp(`^${name} must`));
  });

  test("announced addresses that are in order are not", () => {
    const announcedAddresses = ["203.0.113.7", "10.0.0.1", "2001:db8::7", "fd00::1", "100.64.0.1"];
    expect(() => {
      checkAddresses({ announcedAddresses });
    }).not.toThrow();
  });

  test.each([
    [[], /^interfaces must name at least one/],
    [["lonely"], /^interfaces: lonely gives no address but for one link/],
    [["fe80::1"], /^interfaces: fe80::1 gives no address/],
    [["empty"], /^interfaces: empty gives no address/],
  ])("interfaces %j, when the server starts", (interfaces, message) => {
    const there = { ...present, lonely: [address("169.254.3.4"), address("fe80::2")], empty: [] };
    const check = () => {
      checkInterfaces({ interfaces }, there);
    };
    expect(check).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(check).toThrow(message);
    const announced = { interfaces, announcedAddresses: ["203.0.113.7"] };
    expect(() => {
      checkInterfaces(announced, there);
    }).not.toThrow();
  });

  test("an interface that is not there, when the server starts", async () => {
    const server = new LLMRTCServer({
      providers: { llm: fakeLLM(), stt: fakeSTT(), tts: fakeTTS() },
      voiceDetector: fakeVoiceDetector(),
      iceServers: [],
      port: 0,
      interfaces: ["nowhere0"],
    });
    await expect(server.start()).rejects.toThrow(/^interfaces: there is no nowhere0; there are/);
    expect(server.getServer()).toBeNull();
  });
});
