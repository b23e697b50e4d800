import type { Diagnosis, Finding, Verdict } from "./doctor-finding.ts";

/** Terminal codes for green, yellow, red and grey. `util.styleText` differs too much between Nodes. */
const colours = { ok: 32, warning: 33, failed: 31, unknown: 90 } as const;
const verdictWidth = 9;
const checkWidth = 15;
const indent = " ".repeat(2 + verdictWidth + checkWidth);

export interface TableOptions {
  readonly colour: boolean;
  /** Characters in a line. */
  readonly width: number;
}

/** The findings for people: a block for each subject, a line for each check, remedies below. */
export function diagnosisTable(diagnosis: Diagnosis, options: TableOptions): string {
  const { findings, tookMs } = diagnosis;
  const blocks = [...new Set(findings.map(({ subject }) => subject))].map((subject) => {
    const own = findings.filter((finding) => finding.subject === subject);
    return [subject, ...own.flatMap((finding) => lines(finding, options))].join("\n");
  });
  const numbers = ["failed", "warning", "unknown", "ok"] as const;
  const summary = numbers.map((verdict) => `${count(findings, verdict)} ${verdict}`).join(", ");
  return `${[...blocks, `${summary}, in ${(tookMs / 1000).toFixed(1)} s`].join("\n\n")}\n`;
}

function lines({ verdict, check, finding, remedy }: Finding, options: TableOptions): string[] {
  const { colour, width } = options;
  const word = verdict.padEnd(verdictWidth);
  const shown = colour ? `\u001b[${colours[verdict]}m${word}\u001b[0m` : word;
  const head = `  ${shown}${check.padEnd(checkWidth)}`;
  const room = Math.max(30, width - indent.length);
  const [first = "", ...rest] = wrapped(finding, room);
  const advice = remedy === undefined ? [] : wrapped(`-> ${remedy}`, room);
  return [`${head}${first}`, ...[...rest, ...advice].map((line) => `${indent}${line}`)];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line];
}

function count(findings: readonly Finding[], verdict: Verdict): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}
