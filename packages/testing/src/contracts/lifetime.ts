import { afterAll, beforeAll } from "vitest";

interface Closable {
  close?(): Promise<void>;
  init?(): Promise<void>;
}

/** Makes the subject once for all tests of a contract, as models take long to load. */
export function shared<Subject extends Closable>(
  make: () => Subject | Promise<Subject>,
): () => Subject {
  let subject: Subject | undefined;
  beforeAll(async () => {
    subject = await make();
    await subject.init?.();
  });
  afterAll(async () => {
    await subject?.close?.();
  });
  return () => {
    if (!subject)
      throw new Error("The subject is made before the tests run, not while they are listed");
    return subject;
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A reason that no library makes up by itself. */
export function interruption(): Error {
  return new Error("interrupted by the contract");
}
