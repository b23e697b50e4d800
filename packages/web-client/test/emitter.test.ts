import { expect, test } from "vitest";
import { PositionalEmitter } from "../src/emitter.ts";

class Source extends PositionalEmitter<{ said: [text: string, isFinal: boolean] }> {
  say(text: string): void {
    this.emit("said", text, true);
  }
}

test("passes positional arguments, and chains", () => {
  const heard: unknown[] = [];
  const source = new Source();
  expect(source.on("said", (...args) => heard.push(args))).toBe(source);
  source.say("hi");
  expect(heard).toEqual([["hi", true]]);
});

test("once is heard once, off and the function of subscribe stop it", () => {
  const source = new Source();
  const heard: string[] = [];
  const listener = (text: string): void => void heard.push(`on ${text}`);
  source.once("said", (text) => heard.push(`once ${text}`)).on("said", listener);
  const stop = source.subscribe("said", (text) => heard.push(`subscribed ${text}`));
  source.say("1");
  source.off("said", listener);
  source.say("2");
  stop();
  source.say("3");
  expect(heard).toEqual(["once 1", "on 1", "subscribed 1", "subscribed 2"]);
  expect(source.listenerCount("said")).toBe(0);
});

test("a listener that is removed while others hear is not called any more next time", () => {
  const source = new Source();
  let calls = 0;
  source.on("said", () => source.removeAllListeners()).on("said", () => (calls += 1));
  source.say("1");
  source.say("2");
  expect(calls).toBe(1);
});

test("a listener that throws does not stop the others", async () => {
  const source = new Source();
  const uncaught = new Promise((resolve) => process.once("uncaughtException", resolve));
  let heard = false;
  source
    .on("said", () => {
      throw new Error("listener broke");
    })
    .on("said", () => (heard = true));
  // vitest listens for uncaught exceptions too, and would fail the run.
  const others = process.listeners("uncaughtException").slice(0, -1);
  for (const other of others) process.off("uncaughtException", other);
  source.say("1");
  expect(heard).toBe(true);
  expect(await uncaught).toEqual(new Error("listener broke"));
  for (const other of others) process.on("uncaughtException", other);
});
