import { SerialQueue } from "./serial-queue.ts";

const binding = new SerialQueue();

/**
 * Binds sockets while no other call does. werift looks for a free port of a range, closes its
 * probe and binds again: two calls that do so at once meet on one port.
 */
export function bindAlone<T>(bind: () => Promise<T>): Promise<T> {
  return binding.run(bind);
}
