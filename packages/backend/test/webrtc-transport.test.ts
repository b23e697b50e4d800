import { createSocket } from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { isIP } from "node:net";
import { type CandidateInit, silentLogger } from "@metered/llmrtc-core";
import { classes, Message, methods, parseMessage } from "werift";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { warmUpWebRtc } from "../src/transport/webrtc/transport.ts";
import { nextEvent, readAll, textContract, transportContract } from "./transport-contract.ts";
import { candidatesIn, openCall, type WebRtcCaller } from "./webrtc-caller.ts";

beforeAll(() => warmUpWebRtc());

const connect = async (): Promise<WebRtcCaller> => {
  const call = await openCall({ times: { silentAfterMs: 1000, goneAfterMs: 1000 } });
  return call.connect();
};

transportContract("WebRTC", { connect });
textContract("WebRTC", { connect, tooLong: 300_000 });

async function calling(call: WebRtcCaller, body: (call: WebRtcCaller) => Promise<void>) {
  try {
    await body(call);
  } finally {
    await call.close();
  }
}

/** A UDP port that swallows everything. */
async function blackHole() {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let packets = 0;
  socket.on("message", () => (packets += 1));
  return {
    url: `127.0.0.1:${socket.address().port}`,
    packets: () => packets,
    close: () => void socket.close(),
  };
}

describe("offers", () => {
  const garbage = [
    ["nothing", ""],
    ["no SDP", "hello"],
    ["an empty session", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"],
    ["a section cut short", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9"],
    ["far too much", "v=0\r\n".repeat(100_000)],
  ] as const;

  test.each(garbage)("%s is refused and a good offer still connects", async (_, sdp) => {
    await calling(await openCall(), async (call) => {
      const refused = call.transport.acceptOffer(sdp);
      await expect(refused).rejects.toMatchObject({ code: "INVALID_MESSAGE" });
      await call.connect();
    });
  });

  test("without credentials, fingerprint, Opus or bundle it is refused", async () => {
    await calling(await openCall(), async (call) => {
      const sdp = await call.offer();
      const broken = [
        sdp.replace(/^a=ice-pwd:.*\r\n/gm, ""),
        sdp.replace(/^a=fingerprint:.*\r\n/gm, ""),
        sdp.replace(/opus/gi, "speex"),
        sdp.replace(/^a=group:.*\r\n/gm, ""),
        sdp.replace(/^a=mid:.*\r\n/gm, ""),
        sdp.replace(/m=audio/, "m=smell"),
      ];
      for (const offer of broken) {
        const refused = call.transport.acceptOffer(offer);
        await expect(refused).rejects.toMatchObject({ code: "INVALID_MESSAGE" });
      }
      await call.connect();
    });
  });

  test("a section that waits to be bundled has port 0, as Firefox writes it, and is wanted", async () => {
    await calling(await openCall(), async (call) => {
      const [session = "", first = "", ...rest] = (await call.offer()).split(/(?=^m=)/m);
      const waiting = rest.map((section) =>
        section.replace(/^(m=\w+) 9 (.*)/, "$1 0 $2\r\na=bundle-only"),
      );
      expect(waiting.join("")).toMatch(/^m=application 0 /m);
      const connected = nextEvent(call.transport, "connected");
      const answer = await call.transport.acceptOffer(session + first + waiting.join(""));
      expect(answer).not.toMatch(/^m=\w+ 0 /m);
      await call.peer.setRemoteDescription({ type: "answer", sdp: answer });
      await connected;
    });
  });

  test("a bad one in the middle of a call changes nothing", async () => {
    await calling(await openCall(), async (call) => {
      await call.connect();
      const microphone = readAll(call.transport.microphone);
      for (const sdp of ["hello", (await call.offer()).replace("m=audio", "m=video")]) {
        await expect(call.transport.acceptOffer(sdp)).rejects.toMatchObject({
          code: "INVALID_MESSAGE",
        });
      }
      await call.speak(200);
      expect(microphone.loudMs()).toBeGreaterThanOrEqual(160);
      await call.negotiate();
    });
  });

  test("are answered one after another", async () => {
    await calling(await openCall(), async (call) => {
      const sdp = await call.offer();
      const { transport } = call;
      const answers = await Promise.all([transport.acceptOffer(sdp), transport.acceptOffer(sdp)]);
      const ufrags = answers.map((answer) => /a=ice-ufrag:(.*)/.exec(answer)?.[1]);
      expect(ufrags[0]).toBe(ufrags[1]);
      await call.peer.setRemoteDescription({ type: "answer", sdp: answers[1] });
      await nextEvent(transport, "connected");
    });
  });

  test("after the end are refused", async () => {
    const call = await openCall();
    const sdp = await call.offer();
    const answering = call.transport.acceptOffer(sdp);
    await call.transport.close();
    await answering.catch(() => undefined);
    await expect(call.transport.acceptOffer(sdp)).rejects.toMatchObject({ code: "CLOSED" });
    await call.peer.close();
  });

  test("a microphone taken away and shared again yields each sample once", async () => {
    await calling(await openCall(), async (call) => {
      await call.connect();
      const microphone = readAll(call.transport.microphone);
      await call.speak(300);
      const stopped = nextEvent(call.transport, "microphone-stopped");
      call.voice.setDirection("recvonly");
      await call.negotiate();
      await stopped;
      const before = microphone.frames.length;
      await call.speak(100); // in flight, or a client that does not keep its word
      expect(microphone.frames).toHaveLength(before);
      const started = nextEvent(call.transport, "microphone-started");
      call.voice.setDirection("sendrecv");
      await call.negotiate();
      await call.negotiate();
      await call.speak(300);
      await started;
      expect(microphone.loudMs()).toBeGreaterThanOrEqual(540);
      expect(microphone.loudMs()).toBeLessThanOrEqual(640);
    });
  });

  test("an ICE restart keeps the call", async () => {
    await calling(await openCall(), async (call) => {
      const first = await call.connect().then(() => call.peer.remoteDescription?.sdp ?? "");
      const again = await call.negotiate({ iceRestart: true });
      const ufrag = (sdp: string) => /a=ice-ufrag:(.*)/.exec(sdp)?.[1];
      expect(ufrag(again)).not.toBe(ufrag(first));
      await expect.poll(() => call.peer.connectionState).toBe("connected");
      const microphone = readAll(call.transport.microphone);
      await call.speak(400);
      expect(microphone.loudMs()).toBeGreaterThanOrEqual(200);
      const text = call.nextText();
      expect(call.transport.sendMessage("after")).toBe(true);
      await expect(text).resolves.toBe("after");
    });
  });
});

describe("candidates", () => {
  test("may overtake the offer they belong to", async () => {
    await calling(await openCall(), async (call) => {
      const sdp = await call.offer();
      for (const candidate of candidatesIn(sdp)) call.transport.addCandidate(candidate);
      call.transport.addCandidate(null);
      const bare = sdp.replace(/^a=(candidate|end-of-candidates).*\r\n/gm, "");
      const answer = await call.transport.acceptOffer(bare, { trickle: true });
      await call.peer.setRemoteDescription({ type: "answer", sdp: answer });
      await nextEvent(call.transport, "connected");
    });
  });

  test("of ours that a caller from the internet hardly reaches come after the answer, and before the end", async () => {
    const options = { hostAddresses: ["203.0.113.7", "127.0.0.1"], callerAddress: "198.51.100.9" };
    await calling(await openCall(options), async (call) => {
      const told: (string | undefined)[] = [];
      const all = new Promise<void>((resolve) => {
        call.transport.on("candidate", (candidate) => {
          told.push(candidate?.candidate.split(" ")[4]);
          if (candidate === null) resolve();
        });
      });
      const answer = await call.transport.acceptOffer(await call.offer(), { trickle: true });
      const first = candidatesIn(answer).map(({ candidate }) => candidate.split(" ")[4]);
      expect(first).toEqual(["203.0.113.7"]);
      await all;
      expect(told).toEqual(["127.0.0.1", undefined]);
    });
  });

  test("of ours are all in the answer to a client that takes no later ones", async () => {
    const options = { hostAddresses: ["203.0.113.7", "127.0.0.1"], callerAddress: "198.51.100.9" };
    await calling(await openCall(options), async (call) => {
      const answer = await call.transport.acceptOffer(await call.offer());
      expect(candidatesIn(answer)).toHaveLength(2);
    });
  });

  test("of nobody, for nothing and by the thousand are harmless", async () => {
    await calling(await openCall(), async (call) => {
      const { transport } = call;
      const nonsense: CandidateInit[] = [
        { candidate: "" },
        { candidate: "candidate:nonsense" },
        { candidate: "candidate:1 1 udp 1 a8f3.local 5000 typ host" },
        { candidate: "candidate:1 1 udp 1 example.invalid 5000 typ host", sdpMLineIndex: 99 },
        { candidate: "candidate:1 1 udp 1 255.255.255.255 5000 typ host", sdpMid: "nope" },
        { candidate: "candidate:1 1 tcp 1 127.0.0.1 9 typ host tcptype active" },
        { candidate: "candidate:1 1 udp 1 127.0.0.1 70000 typ host" },
      ];
      const send = () => {
        for (const candidate of nonsense) transport.addCandidate(candidate);
        for (let n = 0; n < 2000; n += 1) {
          const candidate = `candidate:${n} 1 udp 1 127.0.0.1 ${20_000 + n} typ host`;
          transport.addCandidate({ candidate, usernameFragment: `u${n}` });
        }
        transport.addCandidate(null);
      };
      send();
      await call.connect();
      send();
      await call.negotiate();
    });
  });
});

describe("ICE servers", () => {
  /** Names that anything in this process asks a resolver for. */
  function watchNames() {
    const spies = [vi.spyOn(dns, "lookup"), vi.spyOn(dns.promises, "lookup")];
    const names = () =>
      spies.flatMap(({ mock }) => mock.calls.map(([name]) => name)).filter((name) => !isIP(name));
    const stop = () => {
      for (const spy of spies) spy.mockRestore();
    };
    return { names, stop };
  }

  test("none: no name is looked up and the answer is complete", async () => {
    const watch = watchNames();
    await calling(await openCall(), async (call) => {
      const answer = await call.transport.acceptOffer(await call.offer());
      expect(answer).toMatch(/a=candidate:.* 127\.0\.0\.1 /);
      expect(answer).toContain("a=end-of-candidates");
      expect(watch.names()).toEqual([]);
    });
    watch.stop();
  });

  test("a name is looked up once for all calls", async () => {
    const watch = watchNames();
    const iceServers = [{ urls: "stun:nobody.invalid:3478" }];
    const hostAddresses = ["192.0.2.1"]; // without IPv6, which would be another question
    for (let n = 0; n < 3; n += 1) {
      await calling(await openCall({ iceServers, hostAddresses }), async (call) => {
        await call.transport.acceptOffer(await call.offer());
      });
    }
    expect(watch.names()).toEqual(["nobody.invalid"]);
    watch.stop();
  });

  test("a silent one does not delay a client that trickles", async () => {
    const hole = await blackHole();
    const iceServers = [
      { urls: [`stun:${hole.url}`, "stun:nobody.invalid:3478"] },
      { urls: `turn:${hole.url}`, username: "u", credential: "c" },
    ];
    await calling(await openCall({ iceServers }), async (call) => {
      let asking = true;
      call.transport.on("candidate", (candidate) => (asking = candidate !== null && asking));
      const answer = await call.transport.acceptOffer(await call.offer(), { trickle: true });
      expect(asking).toBe(true);
      await call.peer.setRemoteDescription({ type: "answer", sdp: answer });
      await nextEvent(call.transport, "connected");
      await expect.poll(hole.packets).toBeGreaterThan(0);
    });
    hole.close();
  });

  test("a silent one is not waited for until it is given up, by an old client either", async () => {
    const hole = await blackHole();
    const iceServers = [{ urls: `turn:${hole.url}`, username: "u", credential: "c" }];
    const givenUp: unknown[] = [];
    const logger = { ...silentLogger, warn: (...args: unknown[]) => void givenUp.push(args) };
    await calling(await openCall({ iceServers, logger }), async (call) => {
      const answer = await call.transport.acceptOffer(await call.offer());
      expect(givenUp).toEqual([]);
      expect(answer).toContain("a=end-of-candidates");
    });
    hole.close();
  });

  test("one that refuses leaves no socket behind", async () => {
    const refusing = createSocket("udp4");
    let asked = 0;
    refusing.on("message", (data, { port, address }) => {
      const request = parseMessage(data);
      if (request?.messageMethod !== methods.ALLOCATE) return;
      asked += 1;
      const refusal = new Message(methods.ALLOCATE, classes.ERROR, request.transactionId);
      refusal.setAttribute("ERROR-CODE", [403, "Forbidden"]);
      refusing.send(refusal.bytes, port, address);
    });
    refusing.bind(0, "127.0.0.1");
    await once(refusing, "listening");
    const urls = `turn:127.0.0.1:${refusing.address().port}`;
    const sockets = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === "UDPWrap").length;
    const hole = await blackHole();
    const asking = (urls: string): Promise<WebRtcCaller> =>
      openCall({ iceServers: [{ urls, username: "u", credential: "c" }] });
    const [call, delayed] = await Promise.all([asking(urls), asking(`turn:${hole.url}`)]);
    const answered: string[] = [];
    const answer = async (name: string, call: WebRtcCaller): Promise<void> => {
      await call.transport.acceptOffer(await call.offer());
      answered.push(name);
    };
    await Promise.all([answer("silent", delayed), answer("refusing", call)]);
    expect(answered).toEqual(["refusing", "silent"]); // the refusal is not waited out
    expect(asked).toBe(1);
    await Promise.all([call.close(), delayed.close()]);
    hole.close();
    await expect.poll(sockets).toBe(1); // the refusing server's own
    refusing.close();
  });

  test("closing does not wait for silent ones", async () => {
    const hole = await blackHole();
    const iceServers = [
      { urls: `stun:${hole.url}` },
      {
        urls: [`turn:${hole.url}`, `turn:${hole.url}?transport=tcp`],
        username: "u",
        credential: "c",
      },
    ];
    const call = await openCall({ iceServers });
    const answering = call.transport.acceptOffer(await call.offer());
    const startedAt = performance.now();
    await call.transport.close();
    expect(performance.now() - startedAt).toBeLessThan(2_500); // they are given up after 5 s
    await expect(answering).rejects.toMatchObject({ code: "CLOSED" });
    await call.peer.close();
    hole.close();
  });
});

test("a call that never connects ends as failed", async () => {
  const call = await openCall({ times: { connectWithinMs: 500 } });
  const end = nextEvent(call.transport, "end");
  await call.transport.acceptOffer(await call.offer());
  await expect(end).resolves.toBe("failed");
  await call.peer.close();
});

test("twenty calls leave no socket and no timer behind", async () => {
  const count = () =>
    process.getActiveResourcesInfo().filter((kind) => /UDP|TCP|Timeout/.test(kind)).length;
  await (await openCall()).connect().then((call) => call.close());
  const before = count();
  for (let n = 0; n < 20; n += 1) {
    const call = await openCall();
    await call.connect();
    await call.speak(40);
    await call.close();
  }
  await expect.poll(count, { timeout: 4000 }).toBeLessThanOrEqual(before);
});

test("an attachment of 200 kB comes through the data channel", async () => {
  await calling(await openCall(), async (call) => {
    await call.connect();
    const message = nextEvent(call.transport, "message");
    call.sendText("x".repeat(200_000));
    expect(await message).toHaveLength(200_000);
  });
});

/** Numbers of the encrypted records (RFC 6347, 4.1) that come to `call`, and `Finished` among them. */
function encryptedRecords(call: WebRtcCaller): number[] {
  const numbers: number[] = [];
  for (const { connection } of call.peer.iceTransports) {
    connection.onData.subscribe((packet) => {
      const [type = 0] = packet;
      if (type < 20 || type > 63) return;
      for (let at = 0; at < packet.length; at += 13 + packet.readUInt16BE(at + 11)) {
        if (packet.readUInt16BE(at + 3) === 1) numbers.push(packet.readUIntBE(at + 5, 6));
      }
    });
  }
  return numbers;
}

test("no two encrypted records have the same number: a browser drops the second as a replay", async () => {
  await calling(await openCall(), async (call) => {
    const numbers = encryptedRecords(call);
    await call.connect();
    for (let n = 0; n < 40; n += 1) call.transport.sendMessage(`message ${n}`);
    for (let n = 0; n < 40; n += 1) expect(await call.nextText()).toBe(`message ${n}`);
    expect(numbers.length).toBeGreaterThan(40);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

test("a port range is kept", async () => {
  const portRange = [42_100, 42_160] as const;
  const calls = await Promise.all(Array.from({ length: 5 }, () => openCall({ portRange })));
  const answers = await Promise.all(
    calls.map(async (call) => call.transport.acceptOffer(await call.offer())),
  );
  const addresses = answers
    .flatMap(candidatesIn)
    .map(({ candidate }) => candidate.split(" ").slice(4, 6).join(" "));
  expect(new Set(addresses).size).toBe(addresses.length);
  const ports = addresses.map((address) => Number(address.split(" ")[1]));
  expect(ports.every((port) => port >= portRange[0] && port <= portRange[1])).toBe(true);
  await Promise.all(calls.map((call) => call.close()));
});
