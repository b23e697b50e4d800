import { preflight, preflightText } from "@metered/llmrtc-web-client/preflight";

declare global {
  // What the test page holds.
  var check: { readonly preflight: typeof preflight; readonly text: typeof preflightText };
}

globalThis.check = { preflight, text: preflightText };
