import type { Pcm } from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";
import { PlayoutClock } from "../src/media/playout-clock.ts";
import { Playout } from "../src/media/playout.ts";
import type { Transport, TransportEnd, TransportEvents } from "../src/transport/transport.ts";

/** A caller at the other end of a transport that is connected. */
export interface TestCaller {
  readonly transport: Transport;
  /** Speaks a tone for so long, in real time. */
  speak(ms: number): Promise<void>;
  /** Milliseconds of tone heard from the agent so far. */
  heardMs(): number;
  /** Sends what is no sound and no text. */
  sendBytes(bytes: Uint8Array): void;
  /** Ends the call as a client does. */
  hangUp(): Promise<void>;
  /** Is gone without a word: nothing is answered any more. */
  vanish(): Promise<void>;
  /** Lets go of everything, the transport too. */
  close(): Promise<void>;
}

/** A caller at the other end of a transport that carries text too. */
export interface TextCaller extends TestCaller {
  sendText(text: string): void;
  /** Resolves with the next text from the server. */
  nextText(): Promise<string>;
}

export interface ContractOptions<Caller extends TestCaller> {
  /** Connects with a path that counts as lost after 1 s and as gone 1 s later. */
  connect(): Promise<Caller>;
}

export interface TextContractOptions extends ContractOptions<TextCaller> {
  /** Longer than any message that the transport takes. */
  readonly tooLong: number;
}

export function nextEvent<Name extends keyof TransportEvents>(
  transport: Transport,
  name: Name,
): Promise<TransportEvents[Name]> {
  return new Promise((resolve) => {
    const stop = transport.on(name, (payload) => {
      stop();
      resolve(payload);
    });
  });
}

export function tone(ms: number, sampleRate: number, level = 8000): Pcm {
  const length = (ms * sampleRate) / 1000;
  return Int16Array.from(
    { length },
    (_, n) => level * Math.sin((2 * Math.PI * 440 * n) / sampleRate),
  );
}

export const isLoud = (pcm: Pcm): boolean => pcm.some((sample) => sample > 2000);

/** Reads a microphone in the background. */
export function readAll(microphone: AsyncIterable<Pcm>) {
  const frames: Pcm[] = [];
  const ended = (async () => {
    for await (const frame of microphone) frames.push(frame);
  })();
  return { frames, ended, loudMs: () => frames.filter(isLoud).length * 20 };
}

function callingWith<Caller extends TestCaller>(options: ContractOptions<Caller>) {
  return (body: (caller: Caller) => Promise<void>) => async () => {
    const caller = await options.connect();
    try {
      await body(caller);
    } finally {
      await caller.close();
    }
  };
}

/** What every way to travel must do, whichever it is. */
export function transportContract(name: string, options: ContractOptions<TestCaller>): void {
  const calling = callingWith(options);

  describe(`${name} keeps the transport contract`, () => {
    test(
      "the caller's voice arrives as 20 ms frames, each sample once",
      calling(async (caller) => {
        const started = nextEvent(caller.transport, "microphone-started");
        const microphone = readAll(caller.transport.microphone);
        await caller.speak(600);
        await started;
        expect(microphone.frames.every((frame) => frame.length === 320)).toBe(true);
        expect(microphone.loudMs()).toBeGreaterThanOrEqual(540);
        expect(microphone.loudMs()).toBeLessThanOrEqual(640);
      }),
    );

    test(
      "the agent's voice arrives whole, also after a pause",
      calling(async (caller) => {
        const clock = new PlayoutClock();
        const playout = new Playout({ clock, sink: caller.transport });
        for (const n of [1, 2]) {
          playout.enqueue(tone(500, 24_000));
          await playout.whenDrained();
          await expect.poll(() => caller.heardMs()).toBeGreaterThanOrEqual(n * 480);
        }
        expect(caller.heardMs()).toBeLessThanOrEqual(1080);
        playout.close();
      }),
    );

    test(
      "bytes that are neither sound nor text are reported and harm nothing",
      calling(async (caller) => {
        const invalid = nextEvent(caller.transport, "invalid");
        caller.sendBytes(Uint8Array.of(1, 2, 3));
        await expect(invalid).resolves.toMatch(/binary/);
        const started = nextEvent(caller.transport, "microphone-started");
        await caller.speak(20);
        await started;
      }),
    );

    test(
      "a reader that sleeps finds the last two seconds",
      calling(async (caller) => {
        await caller.speak(2600);
        const microphone = readAll(caller.transport.microphone);
        await caller.transport.close();
        await microphone.ended;
        expect(microphone.frames).toHaveLength(100);
      }),
    );

    test(
      "close ends it once: frames end, messages are refused, nothing throws",
      calling(async ({ transport }) => {
        const ends: TransportEnd[] = [];
        transport.on("end", (reason) => ends.push(reason));
        const microphone = readAll(transport.microphone);
        await Promise.all([transport.close(), transport.close()]);
        await microphone.ended;
        transport.sendFrame(tone(20, 24_000));
        transport.sendFrame(undefined);
        expect(transport.sendMessage("late")).toBe(false);
        expect(ends).toEqual(["closed"]);
      }),
    );

    test(
      "a caller who hangs up ends it",
      calling(async (caller) => {
        const end = nextEvent(caller.transport, "end");
        await caller.hangUp();
        await expect(end).resolves.toBe("remote-closed");
      }),
    );

    test(
      "a caller who vanishes is disconnected, then gone",
      calling(async (caller) => {
        const disconnected = nextEvent(caller.transport, "disconnected");
        const end = nextEvent(caller.transport, "end");
        await caller.vanish();
        await disconnected;
        await expect(end).resolves.toBe("failed");
      }),
    );
  });
}

/** What those ways do besides that have a channel for text. */
export function textContract(name: string, options: TextContractOptions): void {
  const calling = callingWith(options);

  describe(`${name} carries text`, () => {
    test(
      "text goes both ways, in order and of any script",
      calling(async (caller) => {
        const got: string[] = [];
        caller.transport.on("message", (text) => got.push(text));
        for (const text of ["one", "zwölf", "三"]) caller.sendText(text);
        await expect.poll(() => got).toEqual(["one", "zwölf", "三"]);
        const next = caller.nextText();
        expect(caller.transport.sendMessage("größe")).toBe(true);
        await expect(next).resolves.toBe("größe");
      }),
    );

    test(
      "a message that is too long is refused and the next one still goes",
      calling(async (caller) => {
        expect(caller.transport.sendMessage("x".repeat(options.tooLong))).toBe(false);
        const next = caller.nextText();
        expect(caller.transport.sendMessage("short")).toBe(true);
        await expect(next).resolves.toBe("short");
      }),
    );
  });
}
