import {
  LLMRTCError,
  silentLogger,
  type Logger,
  type TurnModel,
  type TurnModelStream,
} from "@metered/llmrtc-core";
import { WorkerPool, type RuntimeInfo, type RuntimeKind } from "@metered/llmrtc-onnx";
import { SoundPicture } from "./sound-picture.ts";

export interface SmartTurnOptions {
  /** Which engine runs the model. Default: `LLMRTC_ONNX`, else native where it is installed. */
  readonly runtime?: RuntimeKind | "auto" | undefined;
  /** Told once which engine runs. */
  readonly logger?: Logger | undefined;
}

/** The model and which engine runs it. */
export interface SmartTurnModel extends TurnModel {
  readonly runtime: RuntimeInfo;
}

/**
 * Loads and warms Smart Turn v3.2 in one worker for all calls: about 80 ms a question native, 190 ms
 * wasm. It was trained on many languages and hears only the voice, no words.
 *
 * After a crash the questions in work reject with `MODEL_ERROR` and the worker is started again.
 *
 * @throws {LLMRTCError} `MODEL_ERROR` when the model cannot be loaded
 */
export async function openSmartTurn({
  runtime: wanted,
  logger = silentLogger,
}: SmartTurnOptions = {}): Promise<SmartTurnModel> {
  const pool = new WorkerPool<Float32Array, number, RuntimeInfo>({
    name: "smart-turn",
    entry: new URL("./worker.js", import.meta.url),
    setup: { runtime: wanted },
  });
  const runtime = await pool.ready().catch(async (cause: unknown) => {
    await pool.close();
    throw new LLMRTCError("MODEL_ERROR", "Smart Turn cannot be loaded", { cause });
  });
  logger.info({ runtime }, "End-of-turn detection is ready");

  return {
    name: "smart-turn-v3.2",
    runtime,
    open: () => openStream(pool),
    close: () => pool.close(),
  };
}

function openStream(pool: WorkerPool<Float32Array, number, RuntimeInfo>): TurnModelStream {
  const closed = new AbortController();
  let sound: SoundPicture | undefined; // 1.2 MB, which a caller who only types need not have
  return {
    begin() {
      sound?.clear();
    },
    hear(pcm) {
      if (closed.signal.aborted) return;
      sound ??= new SoundPicture();
      sound.add(pcm);
    },
    async finished({ signal } = {}) {
      closed.signal.throwIfAborted();
      const picture = (sound ??= new SoundPicture()).take();
      return pool.ask(picture, {
        signal: signal ? AbortSignal.any([signal, closed.signal]) : closed.signal,
        transfer: [picture.buffer],
      });
    },
    close() {
      closed.abort(new LLMRTCError("CLOSED", "The turn model's stream is closed"));
      sound = undefined;
    },
  };
}
