/**
 * What a check came to: all is well; it works, but callers or security may suffer; it does not work;
 * or it cannot be told from here.
 */
export type Verdict = "ok" | "warning" | "failed" | "unknown";

/** One line of the doctor's table. Holds no secret. */
export interface Finding {
  /** What was looked at: `this machine`, or the URL of a server. */
  readonly subject: string;
  /** Which side of it: `name`, `certificate`, `allocation`, … */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was found, for people. */
  readonly finding: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** A finding whose subject is known to whoever collects it. */
export type Verdicts = Omit<Finding, "subject">;

/** What the doctor says in the end. */
export interface Diagnosis {
  /** The worst of all findings; what cannot be told is not bad. */
  readonly verdict: "ok" | "warning" | "failed";
  readonly tookMs: number;
  readonly findings: readonly Finding[];
}

export function worst(findings: readonly Finding[]): Diagnosis["verdict"] {
  const has = (verdict: Verdict) => findings.some((finding) => finding.verdict === verdict);
  return has("failed") ? "failed" : has("warning") ? "warning" : "ok";
}
