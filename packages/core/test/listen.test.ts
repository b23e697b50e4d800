import {
  AsyncQueue,
  type Clock,
  type Heard,
  listen,
  type Pause,
  type Pcm,
  silenceTurnDetector,
  type TurnDetector,
  type VoiceStream,
} from "@metered/llmrtc-core";
import { describe, expect, test } from "vitest";

/** Hears a voice wherever a sample is not zero. */
const voice: VoiceStream = {
  probability: async (frame) => (frame.some((sample) => sample !== 0) ? 0.9 : 0.01),
  close: () => undefined,
};

/** `ms` of sound in 20 ms frames; `level` 0 is silence. */
const sound = (ms: number, level: number): Pcm[] =>
  Array.from({ length: ms / 20 }, () => new Int16Array(320).fill(level));

async function* microphone(...runs: readonly Pcm[][]): AsyncGenerator<Pcm> {
  for (const frame of runs.flat()) yield frame;
}

const turnDetector = silenceTurnDetector({ silenceMs: 500 });

async function hear(source: AsyncIterable<Pcm>, detector: TurnDetector = turnDetector) {
  const heard: Heard[] = [];
  for await (const event of listen(source, { voice, turnDetector: detector })) heard.push(event);
  return heard;
}

const story = (heard: readonly Heard[]) =>
  heard.map(({ type }) => type).filter((type) => /started|ended/.test(type));

describe("listening", () => {
  test("speech between silences is one utterance, with the sound before its start", async () => {
    const heard = await hear(microphone(sound(1000, 0), sound(1000, 500), sound(1000, 0)));
    expect(story(heard)).toEqual(["speech-started", "speech-ended"]);
    const end = heard.at(-1);
    expect(end).toMatchObject({ type: "speech-ended", silenceMs: 512 });
    const samples = heard.flatMap((event) => (event.type === "speech" ? [...event.pcm] : []));
    const silentLead = samples.findIndex((sample) => sample !== 0);
    expect(silentLead / 16).toBeGreaterThanOrEqual(270);
    expect(samples.filter((sample) => sample !== 0)).toHaveLength(16_000);
  });

  test("a pause inside does not split it", async () => {
    const pause = sound(400, 0);
    const heard = await hear(microphone(sound(500, 9), pause, sound(500, 9), sound(800, 0)));
    expect(story(heard)).toEqual(["speech-started", "speech-ended"]);
  });

  test("the end tells why the detector waited so long, where it says so", async () => {
    const source = () => microphone(sound(500, 9), sound(800, 0));
    const telling = { name: "rule", open: () => ({ reason: "x", endOfTurnAfterMs: () => 400 }) };
    expect((await hear(source(), telling)).at(-1)).toMatchObject({ reason: "x" });
    expect((await hear(source())).at(-1)).not.toHaveProperty("reason");
  });

  test("two utterances are two", async () => {
    const gap = sound(800, 0);
    const heard = await hear(microphone(sound(500, 9), gap, sound(500, 9), gap));
    expect(story(heard)).toEqual([
      "speech-started",
      "speech-ended",
      "speech-started",
      "speech-ended",
    ]);
  });

  test("a microphone that goes away in the middle ends the utterance", async () => {
    const heard = await hear(microphone(sound(500, 9)));
    expect(story(heard)).toEqual(["speech-started", "speech-ended"]);
  });

  test("a microphone that falls silent without a word ends the utterance in time", async () => {
    const source = new AsyncQueue<Pcm>();
    for (const frame of sound(500, 9)) source.push(frame);
    let now = 0;
    const clock: Clock = {
      now: () => now,
      after: (ms, callback) => {
        // Real frames wait in the queue: they win this race, so only a true stall costs time.
        const turn = setImmediate(() => {
          now += ms;
          callback();
        });
        return () => {
          clearImmediate(turn);
        };
      },
    };
    for await (const event of listen(source, { voice, turnDetector, clock })) {
      if (event.type === "speech-ended") break;
    }
    expect(now).toBeLessThanOrEqual(800);
  });

  test("flush ends the utterance at once, as push-to-talk wants it", async () => {
    const ear = listen(microphone(sound(500, 9), sound(100, 9)), { voice, turnDetector });
    const events: Heard[] = [];
    for await (const event of ear) {
      events.push(event);
      if (events.length === 4) ear.flush();
    }
    expect(story(events)[1]).toBe("speech-ended");
  });

  test("a turn detector that fails falls back to a longer silence", async () => {
    const broken: TurnDetector = {
      name: "broken",
      endOfTurnAfterMs: () => Promise.reject(new Error("no model")),
    };
    const heard = await hear(microphone(sound(500, 9), sound(1500, 0)), broken);
    expect(heard.at(-1)).toMatchObject({ type: "speech-ended", silenceMs: 704 });
  });

  test("a pause is told, and that the caller goes on", async () => {
    const heard = await hear(
      microphone(sound(500, 9), sound(400, 0), sound(500, 9), sound(800, 0)),
    );
    expect(heard.map(({ type }) => type).filter((type) => type !== "speech")).toEqual([
      "voice-noticed",
      "speech-started",
      "speech-paused",
      "speech-resumed",
      "speech-paused",
      "speech-ended",
    ]);
  });

  test("the turn detector is asked once a pause, after 100 ms of it, and told what is known", async () => {
    const asked: Pause[] = [];
    const curious: TurnDetector = {
      name: "curious",
      endOfTurnAfterMs: (pause) => {
        asked.push(pause);
        return 500;
      },
    };
    const source = microphone(
      ...[sound(400, 0), sound(480, 900)],
      ...[sound(320, 0), sound(480, 900)],
      ...[sound(60, 0), sound(480, 900)], // too short to be a pause
      sound(800, 0),
    );
    for await (const _ of listen(source, {
      voice,
      turnDetector: curious,
      words: async () => "so far",
    }));
    expect(asked).toHaveLength(2);
    expect(asked[0]?.speechMs).toBeLessThanOrEqual(512);
    expect(asked[1]?.speechMs).toBeGreaterThan(1700);
    expect(asked[0]?.earlierPausesMs).toEqual([]);
    expect(asked[1]?.earlierPausesMs).toEqual([288]); // in frames of 32 ms
    expect(asked[1]?.clarityDb).toBe(60);
    expect(await asked[1]?.words()).toBe("so far");
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  test("whoever speaks again within a second of his turn's end had only paused", async () => {
    const pauses: (readonly number[])[] = [];
    const hasty: TurnDetector = {
      name: "hasty",
      endOfTurnAfterMs: ({ earlierPausesMs }) => {
        pauses.push(earlierPausesMs);
        return 200;
      },
    };
    const words = (gap: number): Pcm[] => [...sound(480, 9), ...sound(gap, 0)];
    await hear(microphone(words(640), words(1600), words(640)), hasty);
    expect(pauses).toEqual([[], [640], [640]]);
  });

  test("a detector that listens hears all of the utterance before it is asked", async () => {
    let samples = 0;
    const asked: number[] = [];
    let closed = 0;
    const listening: TurnDetector = {
      name: "listening",
      open: () => ({
        hear: (heard) => {
          if (heard.type === "speech-started") samples = 0;
          if (heard.type === "speech") samples += heard.pcm.length;
        },
        endOfTurnAfterMs: () => {
          asked.push(samples);
          return 300;
        },
        close: () => (closed += 1),
      }),
    };
    const source = microphone(sound(960, 0), sound(960, 9), sound(960, 0), sound(640, 9));
    const heard = await hear(source, listening);
    expect(asked).toHaveLength(1);
    const before = asked[0] ?? 0;
    expect(before / 16).toBeGreaterThan(300 + 960 + 60);
    expect(before / 16).toBeLessThan(300 + 960 + 160);
    expect(story(heard)).toHaveLength(4);
    expect(closed).toBe(1);
  });

  test("a voice detector that fails makes silence, not an end of the call", async () => {
    let calls = 0;
    const flaky: VoiceStream = {
      ...voice,
      probability: (frame) =>
        ++calls % 7 === 0 ? Promise.reject(new Error("crash")) : voice.probability(frame),
    };
    const heard: Heard[] = [];
    const source = microphone(sound(1000, 9), sound(800, 0));
    for await (const event of listen(source, { voice: flaky, turnDetector })) heard.push(event);
    expect(story(heard)).toEqual(["speech-started", "speech-ended"]);
  });
});
