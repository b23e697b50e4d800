import {
  LLMRTCError,
  silentLogger,
  voiceFrameSamples,
  type Logger,
  type VoiceDetector,
  type VoiceStream,
} from "@metered/llmrtc-core";
import { WorkerPool, type RuntimeInfo, type RuntimeKind } from "@metered/llmrtc-onnx";
import { DetectionQueue } from "./queue.ts";
import type { DetectionBatch } from "./contract.ts";

export interface SileroOptions {
  /** Which engine runs the model. Default: `LLMRTC_ONNX`, else native where it is installed. */
  readonly runtime?: RuntimeKind | "auto" | undefined;
  /** Told once which engine runs. */
  readonly logger?: Logger | undefined;
}

/** A detector and which engine runs it. */
export interface SileroDetector extends VoiceDetector {
  readonly runtime: RuntimeInfo;
}

/**
 * Loads and warms Silero VAD in one worker for all calls. Frames that come within a few
 * milliseconds, the more the calls, are looked at in one run.
 *
 * After a failure the frames in work reject with `VAD_ERROR`; the worker is started again and the
 * streams go on as if they had just been opened.
 *
 * @throws {LLMRTCError} `VAD_ERROR` when the model cannot be loaded
 */
export async function openSilero({
  runtime: wanted,
  logger = silentLogger,
}: SileroOptions = {}): Promise<SileroDetector> {
  const pool = new WorkerPool<DetectionBatch, Float32Array, RuntimeInfo>({
    name: "silero",
    entry: new URL("./worker.js", import.meta.url),
    setup: { runtime: wanted },
  });
  const runtime = await pool.ready().catch(async (cause: unknown) => {
    await pool.close();
    throw failure("Silero VAD cannot be loaded", cause);
  });
  logger.info({ runtime }, "Voice detection is ready");
  const queue = new DetectionQueue((batch) => pool.ask(batch));

  return {
    runtime,
    open(): VoiceStream {
      const stream = queue.open();
      return {
        async probability(frame) {
          if (frame.length !== voiceFrameSamples) {
            throw new LLMRTCError("VAD_ERROR", `A voice frame has ${voiceFrameSamples} samples`);
          }
          return queue.detect(stream, frame);
        },
        close() {
          queue.close(stream);
        },
      };
    },
    async close() {
      queue.end();
      await pool.close();
    },
  };
}

function failure(message: string, cause: unknown): LLMRTCError {
  return new LLMRTCError("VAD_ERROR", message, { cause });
}
