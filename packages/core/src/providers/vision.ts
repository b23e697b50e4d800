import type { CallOptions } from "./call.ts";
import type { VisionAttachment } from "./llm.ts";

export interface VisionRequest {
  readonly prompt: string;
  readonly attachments: readonly VisionAttachment[];
}

export interface VisionResult {
  readonly content: string;
  readonly raw?: unknown;
}

/** Describes pictures in words, for language models that cannot see. */
export interface VisionProvider {
  readonly name: string;
  init?(): Promise<void>;
  describe(request: VisionRequest, options?: CallOptions): Promise<VisionResult>;
  close?(): Promise<void>;
}
