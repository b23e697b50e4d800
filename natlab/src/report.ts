import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const file = fileURLToPath(new URL("../../docs/natlab-matrix.md", import.meta.url));

/** The parts of the report, in order. Each is written by the test that measures it. */
const parts = [
  "Which calls connect",
  "Callers with IPv6",
  "What calls survive",
  "Bad links",
] as const;
export type Part = (typeof parts)[number];

const head = `# What the network lab measured

Written by \`npm run natlab\`: real NATs and firewalls, coturn with \`deploy/coturn/turnserver.conf\`, Chromium and our server on one
machine, as \`natlab/README.md\` in the repository describes.
`;

/** Puts one part into docs/natlab-matrix.md, in Markdown below its heading. The others stay. */
export function savePart(part: Part, body: string): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  writeFileSync(file, withPart(before, part, body));
}

/** The same on text. */
export function withPart(report: string, part: Part, body: string): string {
  const bodies = new Map<string, string>();
  for (const section of report.split(/^## /m).slice(1)) {
    const [title = "", ...rest] = section.split("\n");
    bodies.set(title, rest.join("\n").trim());
  }
  bodies.set(part, body.trim());
  const sections = parts.flatMap((title) => {
    const found = bodies.get(title);
    return found === undefined ? [] : [`\n## ${title}\n\n${found}\n`];
  });
  return head + sections.join("");
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/** Of the values in any order; NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.max(0, index)] ?? Number.NaN;
}
