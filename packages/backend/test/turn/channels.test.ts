import { type Message, methods, parseMessage } from "werift";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Channels } from "../../src/transport/turn/channels.ts";
import type { TurnCarrier } from "../../src/transport/turn/carrier.ts";
import { Dialogue } from "../../src/transport/turn/dialogue.ts";
import { readChannelData } from "../../src/transport/turn/frames.ts";
import { Login } from "../../src/transport/turn/login.ts";
import { type Answer, refuse, reply } from "./fake-turn.ts";

const here = ["198.51.100.1", 4000] as const;
const there = ["198.51.100.2", 4000] as const;

/** What arrives at peers, as `text to peer`. */
let arrived: string[];
let binds: number;
let answer: Answer;
let channels: Channels;

/** As strict as RFC 8656 allows: ten minutes for a channel, five for its permission. */
class StrictServer implements TurnCarrier {
  readonly reliable = false;
  readonly ended = new AbortController().signal;
  onFrame: TurnCarrier["onFrame"] = () => undefined;
  readonly #bound = new Map<number, { readonly peer: string; readonly at: number }>();

  send(frame: Buffer): void {
    const data = readChannelData(frame);
    if (data) this.#pass(data.channel, data.data.toString());
    else void this.#answer(frame);
  }

  async close(): Promise<void> {
    this.#bound.clear();
  }

  #pass(channel: number, text: string): void {
    const bound = this.#bound.get(channel);
    if (bound && performance.now() - bound.at < 300_000) arrived.push(`${text} to ${bound.peer}`);
  }

  async #answer(frame: Buffer): Promise<void> {
    const request = parseMessage(frame);
    if (!request) throw new Error("a request that nobody can read");
    expect(request.messageMethod).toBe(methods.CHANNEL_BIND);
    binds += 1;
    const response = await answer(request, frame);
    if (!response) return;
    if (response.messageClass === reply(request).messageClass) this.#bind(request);
    this.onFrame(response.bytes);
  }

  #bind(request: Message): void {
    const peer = String((request.getAttributeValue("XOR-PEER-ADDRESS") as unknown[])[0]);
    const number = Number(request.getAttributeValue("CHANNEL-NUMBER"));
    expect(this.#bound.get(number)?.peer ?? peer).toBe(peer);
    this.#bound.set(number, { peer, at: performance.now() });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  arrived = [];
  binds = 0;
  answer = reply;
  const carrier = new StrictServer();
  const dialogue = new Dialogue(carrier, new Login({ username: "u", credential: "c" }));
  carrier.onFrame = (frame) => {
    dialogue.take(frame);
  };
  channels = new Channels(dialogue, carrier);
});

afterEach(() => void vi.useRealTimers());

const send = (text: string, to: readonly [string, number] = here): void => {
  channels.send(Buffer.from(text), to);
};
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("what is sent before there is a channel arrives when there is one, in order", async () => {
  for (const text of ["one", "two", "three"]) send(text);
  send("other", there);
  expect(arrived).toEqual([]);
  await pass(0);
  send("four");
  const [a, b] = [here[0], there[0]];
  expect(arrived).toEqual([
    `one to ${a}`,
    `two to ${a}`,
    `three to ${a}`,
    `other to ${b}`,
    `four to ${a}`,
  ]);
  expect(binds).toBe(2);
});

test("a call of an hour loses nothing at a server that forgets permissions after five minutes", async () => {
  send("0");
  await pass(0);
  for (let seconds = 1; seconds <= 3600; seconds += 1) {
    await pass(1000);
    send(String(seconds));
  }
  await pass(0);
  expect(arrived).toHaveLength(3601);
  expect(binds).toBe(1 + 14); // every four minutes, and a little
});

test("a permission that is not renewed at once is asked for again in time", async () => {
  send("0");
  await pass(0);
  for (let seconds = 1; seconds <= 295; seconds += 1) {
    answer = seconds < 285 ? (request) => refuse(request, 508) : reply;
    await pass(1000);
    send(String(seconds));
  }
  expect(arrived).toHaveLength(296);
});

test("a channel that was not used for so long that it is gone is opened anew, with its number", async () => {
  send("before");
  await pass(0);
  await pass(1_200_000);
  send("after");
  await pass(0);
  expect(arrived).toEqual([`before to ${here[0]}`, `after to ${here[0]}`]);
});

test("a peer that the server refuses is not asked for with each packet, and others do not suffer", async () => {
  answer = (request) => refuse(request, 403);
  for (let n = 0; n < 100; n += 1) {
    send("private");
    await pass(20);
  }
  expect(binds).toBe(1);
  answer = reply;
  send("public", there);
  await pass(5000);
  expect(arrived).toEqual([`public to ${there[0]}`]);
  send("private after all");
  await pass(0);
  expect(arrived.at(-1)).toBe(`private after all to ${here[0]}`);
});

test("little is kept for a channel that does not come, and nothing after", async () => {
  let late = (): void => undefined;
  answer = (request) =>
    new Promise((resolve) => {
      late = () => {
        resolve(reply(request));
      };
    });
  for (let n = 0; n < 1000; n += 1) send(String(n));
  await pass(0);
  late();
  await pass(0);
  expect(arrived).toHaveLength(16);
});

test("more peers than a server has channels for are too many, and harm nobody", async () => {
  for (let n = 0; n < 5000; n += 1) send("?", [`10.0.${n >> 8}.${n & 255}`, 1]);
  send("?", here);
  await pass(0);
  expect(arrived).toHaveLength(4096);
  send("again", ["10.0.0.0", 1]);
  expect(arrived).toHaveLength(4097);
});
