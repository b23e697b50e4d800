import { styleText } from "node:util";
import type { Diagnosis, Finding, Verdict } from "./doctor-finding.ts";

const colours = { ok: "green", warning: "yellow", failed: "red", unknown: "gray" } as const;
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
  const head = `  ${colour ? styleText(colours[verdict], word) : word}${check.padEnd(checkWidth)}`;
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
