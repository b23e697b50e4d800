/** Median and least of some measurements. */
export interface Summary {
  readonly median: number;
  readonly least: number;
}

export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? Number.NaN, least: sorted[0] ?? Number.NaN };
}

/** `123 (101)`: median, and in brackets the least; `stuck` where nothing came of it. */
export function show({ median, least }: Summary): string {
  if (median === Infinity) return "stuck";
  return `${median.toFixed(0)} (${least.toFixed(0)})`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
