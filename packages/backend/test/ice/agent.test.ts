import { classes, Message, methods, parseMessage } from "werift";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { IceAgent } from "../../src/transport/ice/agent.ts";
import type {
  Address,
  LocalCandidate,
  PacketListener,
  Route,
} from "../../src/transport/ice/route.ts";
import type { IceCredentials } from "../../src/transport/ice/stun.ts";

/** A cable: what the agent sends arrives at whoever has plugged in under that address. */
class Cable implements Route {
  readonly candidate: LocalCandidate = { type: "host", address: ["10.0.0.1", 5000], related: null };
  readonly #ends = new Map<string, (data: Buffer) => void>();
  #listener: PacketListener = () => undefined;

  send(data: Uint8Array, [host, port]: Address): void {
    this.#ends.get(`${host} ${port}`)?.(Buffer.from(data));
  }

  listen(listener: PacketListener): void {
    this.#listener = listener;
  }

  plug([host, port]: Address, receive: (data: Buffer) => void): void {
    this.#ends.set(`${host} ${port}`, receive);
  }

  unplug([host, port]: Address): void {
    this.#ends.delete(`${host} ${port}`);
  }

  arrive(data: Buffer, from: Address): void {
    this.#listener(data, from);
  }

  async close(): Promise<void> {
    this.#ends.clear();
  }
}

/** The client's socket at one address: it checks, answers checks, and keeps what is no STUN. */
class Client {
  readonly heard: string[] = [];
  answers = 0;
  refusals = 0;
  readonly #cable: Cable;
  readonly #address: Address;
  /** Ours and the agent's, of the generation that this socket belongs to. */
  readonly #own: IceCredentials;
  readonly #agent: IceCredentials;

  constructor(cable: Cable, address: Address, own: IceCredentials, agent: IceCredentials) {
    this.#cable = cable;
    this.#address = address;
    this.#own = own;
    this.#agent = agent;
    cable.plug(address, (data) => {
      this.#receive(data);
    });
  }

  check({ choosing = true, role = "ICE-CONTROLLING", password = this.#agent.password } = {}): void {
    const request = new Message(methods.BINDING, classes.REQUEST)
      .setAttribute("USERNAME", `${this.#agent.ufrag}:${this.#own.ufrag}`)
      .setAttribute("PRIORITY", 1)
      .setAttribute(role as "ICE-CONTROLLING", 1n);
    if (choosing) request.setAttribute("USE-CANDIDATE", null);
    request.addMessageIntegrity(Buffer.from(password)).addFingerprint();
    this.#cable.arrive(request.bytes, this.#address);
  }

  say(text: string): void {
    this.#cable.arrive(Buffer.from(`\x80${text}`, "latin1"), this.#address);
  }

  #receive(data: Buffer): void {
    const message = parseMessage(data);
    if (!message) this.heard.push(data.subarray(1).toString("latin1"));
    else if (message.messageClass === classes.RESPONSE) this.answers += 1;
    else if (message.messageClass === classes.ERROR) this.refusals += 1;
    else if (parseMessage(data, Buffer.from(this.#own.password))) {
      const response = new Message(methods.BINDING, classes.RESPONSE, message.transactionId);
      response.setAttribute("XOR-MAPPED-ADDRESS", ["10.0.0.1", 5000]);
      response.addMessageIntegrity(Buffer.from(this.#own.password)).addFingerprint();
      this.#cable.arrive(response.bytes, this.#address);
    }
  }
}

const home: Address = ["192.0.2.1", 1000];
const elsewhere: Address = ["198.51.100.7", 2000];
const credentials = (name: string): IceCredentials => ({ ufrag: name, password: name.repeat(22) });

let agent: IceAgent;
let cable: Cable;
let data: string[];

beforeEach(() => {
  vi.useFakeTimers();
  agent = new IceAgent();
  cable = new Cable();
  data = [];
  agent.addRoute(cable);
  agent.on("data", (packet) => data.push(packet.subarray(1).toString("latin1")));
});

afterEach(async () => {
  await agent.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const begin = (name: string): IceCredentials => agent.begin(credentials(name));
const say = (text: string): void => {
  agent.send(Buffer.from(`\x80${text}`, "latin1"));
};

function called(): Client {
  const client = new Client(cable, home, credentials("a"), begin("a"));
  client.check();
  return client;
}

test("a client that checks, and answers our check, is spoken with", () => {
  const client = called();
  expect(client.answers).toBe(1);
  expect(agent.canSend).toBe(true);
  say("hello");
  client.say("hello yourself");
  expect([client.heard, data]).toEqual([["hello"], ["hello yourself"]]);
});

test("strangers are neither answered nor heard, and take no path away", () => {
  const client = called();
  const stranger = new Client(cable, elsewhere, credentials("x"), {
    ufrag: agent.credentials?.ufrag ?? "",
    password: "guessed".repeat(4),
  });
  stranger.check();
  stranger.say("let me in");
  say("secret");
  expect([stranger.answers, stranger.heard, data]).toEqual([0, [], []]);
  expect(client.heard).toEqual(["secret"]);
});

test("a client whose NAT gives it another address is followed at its first check from there", () => {
  const before = called();
  const local = agent.credentials;
  if (!local) throw new Error("no credentials");
  cable.unplug(home);
  const after = new Client(cable, elsewhere, credentials("a"), local);
  after.check();
  say("still there?");
  expect([before.heard, after.heard]).toEqual([[], ["still there?"]]);
});

test("one that does not choose, as some browsers do once, is followed when the old path is silent", () => {
  const before = called();
  const local = agent.credentials;
  if (!local) throw new Error("no credentials");
  const after = new Client(cable, elsewhere, credentials("a"), local);
  after.check({ choosing: false });
  say("one");
  vi.advanceTimersByTime(3500);
  after.check({ choosing: false });
  say("two");
  expect([before.heard, after.heard]).toEqual([["one"], ["two"]]);
});

test("an ICE restart takes nothing away until the new generation has a path", () => {
  const old = called();
  const local = begin("b");
  say("during");
  old.say("me too");
  expect([old.heard, data]).toEqual([["during"], ["me too"]]);
  const next = new Client(cable, elsewhere, credentials("b"), local);
  next.check();
  say("after");
  expect([old.heard, next.heard]).toEqual([["during"], ["after"]]);
});

test("a restart that leads nowhere leaves the old path, with its consent, for as long as it works", () => {
  const old = called();
  begin("b");
  for (let seconds = 0; seconds < 60; seconds += 2) {
    old.check();
    vi.advanceTimersByTime(2000);
  }
  say("a minute later");
  expect(agent.canSend).toBe(true);
  expect(old.heard).toEqual(["a minute later"]);
});

test("a restart on the same network goes on over the same path", () => {
  const old = called();
  const next = new Client(cable, home, credentials("b"), begin("b"));
  next.check();
  vi.advanceTimersByTime(60_000);
  say("same place");
  expect([agent.canSend, old.heard, next.heard]).toEqual([true, [], ["same place"]]);
});

test("without consent nothing is sent after 30 s, until the client is heard again", () => {
  const client = called();
  cable.unplug(home);
  vi.advanceTimersByTime(31_000);
  expect(agent.canSend).toBe(false);
  const back = new Client(cable, home, credentials("a"), agent.credentials ?? credentials("?"));
  back.check();
  expect(agent.canSend).toBe(true);
  say("welcome");
  expect([client.heard, back.heard]).toEqual([[], ["welcome"]]);
});

test("a path that no candidates promised is one when a check comes over it", () => {
  const loopback: Address = ["127.0.0.1", 3000]; // a relay on the server's own machine, say
  const client = new Client(cable, loopback, credentials("a"), begin("a"));
  client.check();
  client.say("through the relay");
  expect([client.answers, data]).toEqual([1, ["through the relay"]]);
});

test("both ends cannot be controlled: the other has to control", () => {
  const client = new Client(cable, home, credentials("a"), begin("a"));
  client.check({ role: "ICE-CONTROLLED" });
  expect([client.answers, client.refusals, agent.canSend]).toEqual([0, 1, false]);
});

test("candidates of the client are tried without being asked", () => {
  const local = begin("a");
  const client = new Client(cable, home, credentials("a"), local);
  vi.advanceTimersByTime(20); // for the answer to arrive
  agent.addRemoteCandidate(home, 1);
  expect(agent.canSend).toBe(true);
  say("found you");
  expect(client.heard).toEqual(["found you"]);
});

test("a dozen candidates are tried within 60 ms, the best first, and each once", () => {
  begin("a");
  const asked: number[] = [];
  for (let port = 1; port <= 12; port += 1) cable.plug([home[0], port], () => asked.push(port));
  for (let port = 1; port <= 12; port += 1) agent.addRemoteCandidate([home[0], port], port);
  vi.advanceTimersByTime(19);
  expect(asked).toEqual([]); // the answer has a head start
  vi.advanceTimersByTime(20);
  expect(asked).toEqual([12, 11, 10, 9]);
  vi.advanceTimersByTime(40);
  expect(new Set(asked).size).toBe(12);
});

test("a stream of checks makes no storm of ours, and anybody's nonsense harms nothing", () => {
  const client = new Client(cable, home, credentials("a"), begin("a"));
  let sent = 0;
  cable.plug(home, () => (sent += 1)); // answers nothing
  for (let n = 0; n < 50; n += 1) client.check();
  vi.advanceTimersByTime(5000);
  expect(sent).toBe(50 + 50 + 5); // answers, checks, and the last check again
  for (const bytes of [[], [0], [0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42], new Array(30).fill(0)]) {
    cable.arrive(Buffer.from(bytes as number[]), elsewhere);
  }
  expect([sent, data]).toEqual([105, []]);
});
