/** One run of the model: the newest frame of every stream that has one. */
export interface DetectionBatch {
  /** Stream of each frame. A stream stands at most once in a batch. */
  readonly streams: readonly number[];
  /** Streams that were closed: what is remembered of them goes. */
  readonly closed: readonly number[];
  /** The frames, one after another, 512 samples each. */
  readonly samples: Int16Array;
}
