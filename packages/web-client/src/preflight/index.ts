export type { PreflightOptions } from "./options.ts";
export { preflight } from "./preflight.ts";
export type * from "./report.ts";
export { preflightText } from "./text.ts";
