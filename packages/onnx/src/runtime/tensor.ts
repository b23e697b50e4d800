/** The element types that our models use, and how their data comes. */
export interface TensorData {
  readonly float32: Float32Array;
  readonly int64: BigInt64Array;
}

export type ElementType = keyof TensorData;

/** A block of numbers, row by row; `data.length` is the product of `dims`. */
export interface Tensor<Data extends TensorData[ElementType] = TensorData[ElementType]> {
  readonly data: Data;
  /** Lengths of the axes; empty for a single number. */
  readonly dims: readonly number[];
}

/** An int64 tensor from plain integers; one axis unless `dims` says more. */
export function integers(
  values: ArrayLike<number>,
  dims: readonly number[] = [values.length],
): Tensor<BigInt64Array> {
  return { data: BigInt64Array.from(Array.from(values), BigInt), dims };
}

/** A float32 tensor over `data`, not copied; one axis unless `dims` says more. */
export function floats(
  data: Float32Array,
  dims: readonly number[] = [data.length],
): Tensor<Float32Array> {
  return { data, dims };
}
