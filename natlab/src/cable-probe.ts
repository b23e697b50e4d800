// Runs in the lab. Without an argument: sends UDP packets back to where they came from, at the public server's
// address. With one: sends so many there, and prints as JSON how many came back and after how long.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { addresses } from "./addresses.ts";

const [packets] = process.argv.slice(2);
const port = 9;
const everyMs = 5;
const patienceMs = 2000;
const socket = createSocket("udp4");

if (packets === undefined) {
  socket.on("message", (bytes, { address, port }) => {
    socket.send(bytes, port, address);
  });
  socket.bind(port);
  await once(socket, "listening");
  process.stdout.write("listening");
} else {
  const times: number[] = [];
  socket.on("message", (bytes) => {
    times.push(performance.now() - bytes.readDoubleBE());
  });
  for (let sent = 0; sent < Number(packets); sent++) {
    const bytes = Buffer.alloc(100);
    bytes.writeDoubleBE(performance.now());
    socket.send(bytes, port, addresses.publicServer);
    await delay(everyMs);
  }
  await delay(patienceMs);
  times.sort((a, b) => a - b);
  process.stdout.write(
    JSON.stringify({ came: times.length, medianMs: times[times.length >> 1] ?? Infinity }),
  );
  process.exit();
}
