import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../.cache", import.meta.url));

export interface Measured<Subject, Row> {
  /** Names the file. */
  readonly part: string;
  /** All that this part of the report tells of, in its order. */
  readonly subjects: readonly Subject[];
  /** The same in each run, and of no other subject. */
  readonly nameOf: (subject: Subject) => string;
  /** By this run. */
  readonly rows: ReadonlyMap<Subject, Row>;
  /** Writes the part. */
  readonly save: (rows: ReadonlyMap<Subject, Row>) => void;
  /** Default: the lab's cache. */
  readonly folder?: string;
}

/**
 * Writes a part of the report once all of its rows were measured, perhaps in several runs (`vitest -t`):
 * until then they are kept. So a run of one row neither empties the report nor is for nothing.
 */
export function saveWhenWhole<Subject, Row>({
  part,
  subjects,
  nameOf,
  rows,
  save,
  folder = cache,
}: Measured<Subject, Row>): void {
  const file = path.join(folder, `${part}.json`);
  const before = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as [string, Row][])
    : [];
  const now = [...rows].map(([subject, row]) => [nameOf(subject), row] as const);
  const all = new Map<string, Row>([...before, ...now]);
  const whole = new Map<Subject, Row>();
  for (const subject of subjects) {
    const row = all.get(nameOf(subject));
    if (row !== undefined) whole.set(subject, row);
  }
  if (whole.size < subjects.length) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify([...all]));
    return;
  }
  save(whole);
  rmSync(file, { force: true });
}
