import fc from "fast-check";
import { expect, test } from "vitest";
import { Copies, type Channel } from "../src/connection/copies.ts";

interface Frame {
  readonly channel: Channel;
  readonly text: string;
}

/** Merges both channels in an order drawn from `coins`, each channel in its own order. */
function interleave(
  socket: readonly string[],
  data: readonly string[],
  coins: readonly boolean[],
): Frame[] {
  const merged: Frame[] = [];
  let s = 0;
  let d = 0;
  for (let turn = 0; s < socket.length || d < data.length; turn += 1) {
    const fromData = d < data.length && (s >= socket.length || coins[turn % coins.length] === true);
    const text = (fromData ? data[d++] : socket[s++]) ?? "";
    merged.push({ channel: fromData ? "data" : "socket", text });
  }
  return merged;
}

function taken(frames: readonly Frame[]): string[] {
  const copies = new Copies();
  return frames.filter(({ channel, text }) => copies.isFirst(channel, text)).map((f) => f.text);
}

const coins = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 });
const story = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 30 });

test("whenever the data channel opens, each message is taken once", () => {
  fc.assert(
    fc.property(story, fc.nat(30), coins, (sent, opened, order) => {
      const frames = interleave(sent, sent.slice(opened), order);
      expect(taken(frames).sort()).toEqual([...sent].sort());
    }),
    { numRuns: 2000 },
  );
});

test("while both channels carry everything, the order is kept", () => {
  fc.assert(
    fc.property(story, coins, (sent, order) => {
      expect(taken(interleave(sent, sent, order))).toEqual(sent);
    }),
    { numRuns: 2000 },
  );
});

test("a data channel that closes early loses and doubles nothing", () => {
  fc.assert(
    fc.property(story, fc.nat(30), fc.nat(30), coins, (sent, opened, open, order) => {
      const frames = interleave(sent, sent.slice(opened, opened + open), order);
      expect(taken(frames).sort()).toEqual([...sent].sort());
    }),
    { numRuns: 2000 },
  );
});
