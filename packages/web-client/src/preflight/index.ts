export { preflight, type PreflightOptions } from "./preflight.ts";
export type * from "./report.ts";
export { preflightText } from "./text.ts";
