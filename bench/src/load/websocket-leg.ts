import { decodeAudioFrame, encodeAudioFrame } from "@metered/llmrtc-core";
import type { Leg, LegEvents } from "./leg.ts";
import { Signalling } from "./signalling.ts";

const ticksPerFrame = 960;

/** Opens a call whose sound goes over the socket. */
export async function openWebSocketLeg(url: string, events: LegEvents): Promise<Leg> {
  const signalling = await Signalling.open(url);
  const { socket } = signalling;
  signalling.on(events.message);
  const started = signalling.next("audio-started");
  signalling.say({ type: "audio-start", codec: "opus" });
  await started;
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) events.packet(decodeAudioFrame(data).timestamp, performance.now());
  });
  socket.on("close", () => {
    events.ended();
  });

  let sequence = 0;
  let timestamp = 0;
  return {
    attests: signalling.features.has("playout"),
    send(payload) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(encodeAudioFrame({ codec: "opus", sequence, timestamp, payload }));
      sequence = (sequence + 1) & 0xffff;
      timestamp = (timestamp + ticksPerFrame) >>> 0;
    },
    say(message) {
      signalling.say(message);
    },
    async close() {
      socket.terminate();
    },
  };
}
