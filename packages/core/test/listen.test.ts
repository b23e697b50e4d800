import {
  AsyncQueue,
  type Clock,
  defaultSpeechRule,
  type Heard,
  listen,
  type ListenOptions,
  type Pause,
  type Pcm,
  silenceTurnDetector,
  type TurnDetector,
  type VoiceStream,
} from "@metered/llmrtc-core";
import { manualClock, settle } from "@metered/llmrtc-testing";
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

  test("what sounded like a voice for a moment is lost even if nothing at all comes after it", async () => {
    const source = new AsyncQueue<Pcm>();
    for (const frame of sound(40, 9)) source.push(frame);
    for await (const event of listen(source, { voice, turnDetector, stalledMs: 1 })) {
      if (event.type === "voice-lost") break;
    }
  });

  test("flush ends the utterance as soon as what is on its way has come", async () => {
    const ear = listen(microphone(sound(2000, 9)), { voice, turnDetector, onTheWayMs: 96 });
    let frames = 0;
    let after = 0;
    for await (const event of ear) {
      if (event.type === "speech" && frames++ === 30) ear.flush();
      if (event.type === "speech" && frames > 31) after++;
      if (event.type === "speech-ended") break;
    }
    expect(after).toBe(3);
  });

  test("sound that came before a flush and waits unread is heard first", async () => {
    const source = {
      unreadMs: 320,
      ...{ [Symbol.asyncIterator]: () => microphone(sound(2000, 9)) },
    };
    const ear = listen(source, { voice, turnDetector, onTheWayMs: 0 });
    let after = 0;
    let flushed = false;
    for await (const event of ear) {
      if (flushed && event.type === "speech") after++;
      if (event.type === "speech" && !flushed) {
        flushed = true;
        ear.flush();
      }
      if (event.type === "speech-ended") break;
    }
    expect(after).toBeGreaterThanOrEqual(10);
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

/** A microphone that the test feeds, and an ear that the test's caller controls. */
function pushToTalk(options: Partial<ListenOptions> = {}) {
  const source = new AsyncQueue<Pcm>();
  const ear = listen(source, { voice, turnDetector, onTheWayMs: 96, ...options });
  ear.manual = true;
  const heard: Heard[] = [];
  const done = (async () => {
    for await (const event of ear) heard.push(event);
  })();
  return {
    ear,
    heard,
    say: async (ms: number, level = 9) => {
      for (const frame of sound(ms, level)) source.push(frame);
      await settle();
      await settle();
    },
    hangUp: async () => {
      source.end();
      await done;
    },
  };
}

const heardMs = (heard: readonly Heard[]) =>
  heard.reduce((sum, event) => sum + (event.type === "speech" ? event.pcm.length / 16 : 0), 0);

describe("push-to-talk", () => {
  test("hears what is said between press and release, and 300 ms before, and nothing else", async () => {
    const { ear, heard, say, hangUp } = pushToTalk();
    await say(1000);
    expect(heard).toEqual([]);
    ear.press();
    await say(640);
    await say(1000, 0);
    await say(640);
    ear.flush();
    await say(100);
    expect(story(heard)).toEqual(["speech-started", "speech-ended"]);
    expect(heard.at(-1)).toMatchObject({ reason: "manual", silenceMs: 0 });
    expect(heardMs(heard)).toBeGreaterThanOrEqual(300 + 640 + 960 + 640);
    expect(heardMs(heard)).toBeLessThanOrEqual(300 + 640 + 960 + 640 + 250);
    await say(1000);
    await hangUp();
    expect(story(heard)).toHaveLength(2);
  });

  test("works while the microphone sends nothing at all", async () => {
    const clock = manualClock();
    const { ear, heard, hangUp } = pushToTalk({ clock });
    ear.press();
    await settle();
    expect(story(heard)).toEqual(["speech-started"]);
    ear.flush();
    await clock.advance(200);
    expect(heard.at(-1)).toMatchObject({ type: "speech-ended", cancelled: true });
    await hangUp();
  });

  test("never asks the turn detector", async () => {
    let asked = 0;
    const curious = { name: "curious", endOfTurnAfterMs: () => ++asked };
    const { ear, say, hangUp } = pushToTalk({ turnDetector: curious });
    ear.press();
    await say(640);
    await say(1000, 0);
    ear.flush();
    await say(100, 0);
    await hangUp();
    expect(asked).toBe(0);
  });

  test("what is taken back is told as cancelled", async () => {
    const { ear, heard, say, hangUp } = pushToTalk();
    ear.press();
    await say(640);
    ear.cancel();
    await say(640);
    await hangUp();
    expect(heard.at(-1)).toMatchObject({ type: "speech-ended", cancelled: true });
    expect(story(heard)).toHaveLength(2);
  });

  test("a press that outlasts the longest utterance goes on in the next one", async () => {
    const { ear, heard, say, hangUp } = pushToTalk({
      rule: { ...defaultSpeechRule, maxFrames: 20 },
    });
    ear.press();
    await say(1600);
    ear.flush();
    await say(100);
    await hangUp();
    expect(story(heard)).toHaveLength(6);
    expect(heardMs(heard)).toBeGreaterThanOrEqual(1600);
  });

  test("back in automatic mode the voice begins utterances again", async () => {
    const { ear, heard, say, hangUp } = pushToTalk();
    await say(640);
    ear.manual = false;
    await say(640);
    await hangUp();
    expect(story(heard)).toEqual(["speech-started", "speech-ended"]);
  });
});
