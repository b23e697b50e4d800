import type { Logger } from "../logger.ts";
import type { OrchestratorHooks, TurnContext } from "./hooks.ts";
import { turnFields } from "./turn-fields.ts";

/** What one turn spent where, in milliseconds; what did not happen is absent. */
interface Spent {
  readonly sttMs?: number;
  /** From the request to the first chunk with text. */
  readonly llmFirstTokenMs?: number;
  readonly llmMs?: number;
  /** From the turn's start to the first sound. */
  readonly firstAudioMs?: number;
  readonly ttsMs?: number;
}

/** One line a turn that says what it spent where: `sttMs`, `llmFirstTokenMs`, `llmMs`, `firstAudioMs`,
 * `ttsMs`, and `turnMs`. */
export function createTimingHooks({
  logger,
  now = Date.now,
}: {
  readonly logger: Logger;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}): OrchestratorHooks {
  const requests = new WeakMap<TurnContext, number>();
  const turns = new WeakMap<TurnContext, Spent>();
  const note = (ctx: TurnContext, timings: Spent) => {
    turns.set(ctx, { ...turns.get(ctx), ...timings });
  };
  return {
    onSTTEnd: (ctx, _result, timing) => {
      note(ctx, { sttMs: timing.durationMs });
    },
    onLLMStart: (ctx) => {
      if (!requests.has(ctx)) requests.set(ctx, now());
    },
    onLLMChunk: (ctx, chunk) => {
      const requested = requests.get(ctx);
      const isKnown = turns.get(ctx)?.llmFirstTokenMs !== undefined;
      if (requested === undefined || isKnown || !chunk.content) return;
      note(ctx, { llmFirstTokenMs: now() - requested });
    },
    onLLMEnd: (ctx, _result, timing) => {
      note(ctx, { llmMs: timing.durationMs });
    },
    onTTSChunk: (ctx, _chunk, index) => {
      if (index === 0) note(ctx, { firstAudioMs: now() - ctx.startTime });
    },
    onTTSEnd: (ctx, timing) => {
      note(ctx, { ttsMs: timing.durationMs });
    },
    onTurnEnd: (ctx, timing) => {
      const turnMs = timing.durationMs;
      logger.info({ ...turnFields(ctx), ...turns.get(ctx), turnMs }, "turn timings");
    },
  };
}
