import { Arena, arenaOptions } from "./arena.ts";
import { type Figure, report } from "./figure.ts";

/** Measures some figures in one browser and prints them. */
export async function run(
  args: readonly string[],
  measures: readonly ((arena: Arena) => Promise<Figure[]>)[],
): Promise<void> {
  const options = arenaOptions(args);
  const arena = await Arena.open(options);
  const figures: Figure[] = [];
  for (const measure of measures) figures.push(...(await measure(arena)));
  report(figures, options);
  await arena.close();
}
