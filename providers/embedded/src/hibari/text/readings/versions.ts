import { rewrite, type Rewrite } from "../rewrite.ts";
import { digitByDigit, numberEnd, numberStart } from "./number-forms.ts";

/** `20` stays, `0` and `05` digit by digit. */
function part(digits: string): string {
  return digits.startsWith("0") || digits.length > 2 ? digitByDigit(digits) : digits;
}

function withPoints(version: string): string {
  return version.split(".").map(part).join(" point ");
}

const products =
  "[Vv]ersion|[Rr]elease|Node(?:\\.js)?|Python|Ruby|Java|PHP|Go|Rust|React|Angular|Vue|TypeScript|Ubuntu|Debian|Fedora|Android|iOS|macOS|Windows|Chrome|Firefox|Safari|Linux|Kubernetes|Docker|Postgres|PostgreSQL|MySQL|Bluetooth|USB|Django|Rails|Llama|Claude|Gemini|GPT|npm|kernel";

/** `v1.2.3-beta` → `version 1 point 2 point 3 beta`. */
const marked = rewrite(
  /(?<![\p{L}\p{N}_./-])([Vv]ersion )?v\.?(\d{1,6}(?:\.\d{1,6}){0,4})(?:[-.]?(alpha|beta|rc)\.?(\d{1,3})?)?(?![\p{L}\p{N}_]|\.\d)/gu,
  ([, , version = "", stage, count]) => {
    const name = stage === "rc" ? "release candidate" : stage;
    return ["version", withPoints(version), name, count].filter(Boolean).join(" ");
  },
);

/** `Node 20.19` → `Node 20 point 19`: no decimal. */
const named = rewrite(
  new RegExp(
    String.raw`(?<![\p{L}\p{N}_])((?:${products})[ -])(\d{1,3})\.(\d{2,3})${numberEnd}`,
    "gu",
  ),
  ([, name = "", major = "", minor = ""]) => `${name}${major} point ${part(minor)}`,
);

const address = rewrite(
  new RegExp(
    String.raw`${numberStart}(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?::(\d{2,5}))?${numberEnd}`,
    "gu",
  ),
  ([, ip = "", port]) => ip.split(".").join(" dot ") + (port === undefined ? "" : ` port ${port}`),
);

const threeParts = rewrite(
  new RegExp(
    String.raw`${numberStart}(\d{1,3}\.\d{1,3}\.\d{1,4})(?:-(alpha|beta|rc)\.?(\d{1,3})?)?${numberEnd}`,
    "gu",
  ),
  ([, version = "", stage, count]) =>
    [withPoints(version), stage === "rc" ? "release candidate" : stage, count]
      .filter(Boolean)
      .join(" "),
);

/** Versions with their points, and network addresses with their dots. */
export const versions: readonly Rewrite[] = [marked, named, address, threeParts];
