import { LLMRTCServer } from "@metered/llmrtc-backend";
import { fakeLLM, fakeSTT, fakeTTS, fakeVoiceDetector } from "@metered/llmrtc-testing";
import { describe, expect, test } from "vitest";
import {
  checkAddresses,
  hostAddresses,
  defaultPortRange,
  type Interfaces,
} from "../src/transport/addresses.ts";
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
    [{ announcedAddresses: ["example.com"] }, "announcedAddresses"],
  ])("%j", (options, name) => {
    const check = () => {
      checkAddresses(options as Parameters<typeof checkAddresses>[0]);
    };
    expect(check).toThrow(expect.objectContaining({ code: "INVALID_CONFIG" }));
    expect(check).toThrow(new RegExp(`^${name} must`));
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
