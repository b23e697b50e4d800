/** The part of a job that decides whether and when it is worked on. */
export interface Urgency {
  /** Rises with every job: breaks ties in favour of the older. */
  readonly id: number;
  /** When its next result is due, in `now()` milliseconds. */
  readonly dueAt: number;
  /** How many more results its reader has room for. Without credit nothing is worked on. */
  readonly credit: number;
}

/** Whether `a` goes before `b`. A total order: earliest due first, then oldest. */
export function goesBefore(
  a: Pick<Urgency, "id" | "dueAt">,
  b: Pick<Urgency, "id" | "dueAt">,
): boolean {
  return a.dueAt === b.dueAt ? a.id < b.id : a.dueAt < b.dueAt;
}

/** The job to work on next; none when every reader is behind. */
export function mostUrgent<Job extends Urgency>(jobs: Iterable<Job>): Job | undefined {
  let first: Job | undefined;
  for (const job of jobs) {
    if (job.credit > 0 && (!first || goesBefore(job, first))) first = job;
  }
  return first;
}
