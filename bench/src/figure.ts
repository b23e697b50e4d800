import { table } from "./table.ts";

/** Percentiles of some measurements. */
export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly count: number;
}

/** One line of the comparison. */
export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "%";
  /** Absent: not measured, or it has none of the kind. */
  readonly ours?: Spread | undefined;
  readonly incumbent?: Spread | undefined;
  /** At most this. */
  readonly target: { readonly p50: number; readonly p95?: number };
}

/** Nearest-rank percentiles. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const rank = Math.max(0, Math.ceil(sorted.length * share) - 1);
    return Math.round((sorted[rank] ?? Number.NaN) * 10) / 10;
  };
  return { p50: at(0.5), p95: at(0.95), count: values.length };
}

/** A share in per cent, as a figure. */
export function percent(hits: number, of: number): Spread {
  const share = of === 0 ? Number.NaN : Math.round((1000 * hits) / of) / 10;
  return { p50: share, p95: share, count: of };
}

/** How many times better we are; undefined where one was not measured. */
export function ratio({ ours, incumbent }: Figure): number | undefined {
  if (!ours || !incumbent || !(ours.p50 > 0)) return undefined;
  return Math.round((10 * incumbent.p50) / ours.p50) / 10;
}

export function isMet({ ours, target }: Figure): boolean | undefined {
  if (!ours) return undefined;
  return ours.p50 <= target.p50 && (target.p95 === undefined || ours.p95 <= target.p95);
}

/** Prints the figures as a table, or as one JSON object. */
export function report(figures: readonly Figure[], { json }: { readonly json: boolean }): void {
  if (json) {
    const lines = figures.map((figure) => ({
      ...figure,
      ratio: ratio(figure),
      met: isMet(figure),
    }));
    console.log(JSON.stringify({ figures: lines }));
    return;
  }
  const head = ["p50 (p95)", "ours", "incumbent", "ratio", "target", "met"];
  console.log(table(head, figures.map(row)));
}

function row(figure: Figure): readonly string[] {
  const { name, unit, ours, incumbent, target } = figure;
  const times = ratio(figure);
  const met = isMet(figure);
  return [
    name,
    show(ours, unit),
    show(incumbent, unit),
    times === undefined ? "" : `${times.toFixed(1)}x`,
    `≤ ${target.p50}${target.p95 === undefined ? "" : ` (${target.p95})`} ${unit}`,
    met === undefined ? "" : met ? "yes" : "no",
  ];
}

function show(spread: Spread | undefined, unit: Figure["unit"]): string {
  if (!spread) return "–";
  const { p50, p95, count } = spread;
  return unit === "%"
    ? `${p50} % of ${count}`
    : `${p50.toFixed(0)} (${p95.toFixed(0)}) of ${count}`;
}
