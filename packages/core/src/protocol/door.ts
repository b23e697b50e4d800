import * as z from "zod/mini";
import { LLMRTCError } from "../errors.ts";

/** So that the answer to a bad frame stays small. */
const namedFields = 5;

/**
 * Parses a JSON frame against the schema of its type.
 *
 * @param schemaOf undefined for a type that nobody knows
 * @throws {LLMRTCError} `INVALID_MESSAGE`, naming the offending field but never quoting its content
 */
export function parseMessage<Schema extends z.ZodMiniType>(
  schemaOf: (type: unknown) => Schema | undefined,
  frame: string,
  from: "client" | "server",
): z.output<Schema> {
  const message = parseJson(frame);
  const schema = schemaOf((message as { readonly type?: unknown } | null | undefined)?.type);
  const result = schema?.safeParse(message);
  if (result?.success) return result.data;
  const fields = result?.error.issues.map((issue) => issue.path.join(".") || "message") ?? ["type"];
  const where = [...new Set(fields)].slice(0, namedFields).join(", ");
  throw new LLMRTCError("INVALID_MESSAGE", `Invalid ${from} message: ${where}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no schema accepts undefined, so it is refused like any other wrong shape
  }
}
