/** What `crates/node` exports. */
export interface Binding {
  readonly CancelFlag: new () => CancelFlag
  subtractCommonMedian(
    traces: Float32Array,
    channels: number,
    flag: CancelFlag,
    progress?: (fraction: number) => void,
  ): Promise<Float32Array>
}

/** Stops the operation that it was handed to, at its next block. */
export interface CancelFlag {
  cancel(): void
}
