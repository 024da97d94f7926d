/** Frames `start` to `end` (exclusive), counted from the first of those at hand. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Frames of one segment in single-precision counts; what a step leaves in them is the next one's input. */
export interface Rows {
  /** Frame `t` stands at `t * channels .. (t + 1) * channels`. */
  readonly data: Float32Array
  readonly channels: number
  /** The frame of the segment that stands first. */
  readonly firstFrame: number
  readonly segment: number
  /** Whether the segment begins with the first of these frames, and ends with the last. */
  readonly atStart: boolean
  readonly atEnd: boolean
  /** Frames that are masked: they are 0 and stay so. Sorted, apart from each other. */
  readonly masked: readonly Span[]
}

/** A step over rows, in place, prepared once per thread: it may keep buffers between calls. */
export interface SpatialStep {
  /**
   * Frames on either side of a frame that its result depends on. Where the rows end and the segment does not, so many
   * frames of the result are not valid; whoever calls gives that many more.
   */
  readonly margin: number
  apply(rows: Rows): void
}

/** Frames of one segment as they were recorded. */
export interface Counts {
  /** Frame `t` stands at `t * columns .. (t + 1) * columns`. */
  readonly data: Int16Array
  /** Words of a frame. */
  readonly columns: number
  /** The words that take part, in the order of the rows. */
  readonly take: readonly number[]
  readonly firstFrame: number
  readonly segment: number
  readonly atStart: boolean
  readonly atEnd: boolean
}
