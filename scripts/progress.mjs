/** Tells what goes on during a step that takes long, and how long it took. */

const everySecond = 1_000;
const everyQuarterMinute = 15_000;

/**
 * Runs `work` under a title. On a terminal one line counts the seconds; elsewhere a line now and then.
 *
 * @template T
 * @param {string} title what is being done, e.g. `Building`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} what `work` returns
 */
export async function step(title, work) {
  const began = performance.now();
  const line = () => `${title} … ${seconds(performance.now() - began)}`;
  const live = process.stdout.isTTY === true;
  const show = live
    ? () => process.stdout.write(`\r${line()}`)
    : () => process.stdout.write(`${line()}\n`);
  show();
  const timer = setInterval(show, live ? everySecond : everyQuarterMinute);
  let end = "failed";
  try {
    const result = await work();
    end = "done";
    return result;
  } finally {
    clearInterval(timer);
    process.stdout.write(`${live ? "\r" : ""}${line()} ${end}\n`);
  }
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
