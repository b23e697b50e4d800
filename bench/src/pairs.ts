import type { Page } from "../../e2e/src/page-server.ts";
import { incumbentServer } from "./incumbent.ts";

/** Which client talks to which server. */
export interface Pair {
  readonly name: string;
  readonly client: Page;
  /** The server's module. */
  readonly entry: string;
}

const own = "@metered/llmrtc-backend";

/** All pairs worth comparing; with `--own` only ours, with `--incumbent` only theirs. */
export async function pairs(options: readonly string[]): Promise<readonly Pair[]> {
  const ours: Pair[] = [{ name: "ours", client: "own", entry: own }];
  if (options.includes("--own")) return ours;
  const { entry } = await incumbentServer();
  const theirs: Pair[] = [{ name: "incumbent", client: "v1", entry }];
  if (options.includes("--incumbent")) return theirs;
  return [
    ...ours,
    ...theirs,
    { name: "v1 client, our server", client: "v1", entry: own },
    { name: "our client, incumbent server", client: "own", entry },
  ];
}
