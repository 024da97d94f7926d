import type { Counts, Span } from '../rows.ts'

/** What a plan does to each channel along time, prepared for one thread. */
export interface TemporalStage {
  /** Frames on the grid. */
  readonly blockFrames: number
  /** Frames of the segment before and after a frame that its result depends on. */
  readonly before: number
  readonly after: number
  /**
   * Writes the frames `inner` of the counts to `rows`, frame-major, one value for each word that takes part. `runs` are
   * stretches of the counts that belong together, in order: nothing is filtered across their ends, and frames in none of
   * them are 0. The block that is computed begins at the frame `origin` of the counts. `look` is called every few milliseconds; what it throws ends the work.
   */
  apply(counts: Counts, runs: readonly Span[], inner: Span, origin: number, rows: Float32Array, look: () => void): void
}
