// Runs in the lab: a cable with bad manners. The kernel wraps each frame in UDP (VXLAN, RFC 7348) and hands
// it to one port of this program, which passes it on to the other, later or not at all.
// Each message of its parent is an `Impairment` from then on, for both directions, and is answered.
// Usage: cable-process <own address> <the plugs' address> <port of one plug> <of the other>
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { cross, freshWire, type Impairment, type Wire } from "./impairment.ts";

const [own = "", plugs = "", ...ports] = process.argv.slice(2);
/** What UDP, IP and VXLAN put around a frame is not the cable's. */
const vxlanBytes = 8;
const seed = 1;
let impairment: Impairment = {};

/** The same weather each time (Mulberry32, public domain). */
function weather(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function plug(port: string): Promise<Socket> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
  socket.bind(Number(port), own);
  await once(socket, "listening");
  return socket;
}

function connect(from: Socket, to: Socket): void {
  const random = weather(seed);
  const { port } = to.address();
  let wire: Wire = freshWire;
  from.on("message", (frame) => {
    const at = performance.now();
    const crossing = cross(wire, { bytes: frame.length - vxlanBytes, at }, impairment, random);
    ({ wire } = crossing);
    if (crossing.arrivesAt === undefined) return;
    const deliver = (): void => {
      to.send(frame, port, plugs);
    };
    const waitMs = crossing.arrivesAt - at;
    if (waitMs < 0.5) deliver();
    else setTimeout(deliver, Math.round(waitMs));
  });
}

const [a, b] = await Promise.all(ports.map(plug));
if (!a || !b) throw new Error("a cable has two ends");
connect(a, b);
connect(b, a);
process.on("message", (message) => {
  impairment = message as Impairment;
  process.send?.("set");
});
process.send?.("ready");
