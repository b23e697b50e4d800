/**
 * Waits for `work`, but no longer than `ms`: then it goes on by itself.
 *
 * @returns whether it was done in time
 * @throws what `work` rejects with in time
 */
export async function atMost(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
