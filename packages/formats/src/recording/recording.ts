/** One analog channel of a recording. */
export interface Channel {
  /** Column among the saved analog channels. */
  readonly index: number
  readonly name: string
  /** Number of the channel on the read-out of the probe or board. */
  readonly acquisitionIndex: number
  /** Microvolts per count. */
  readonly gain: number
  /** Microvolts at zero counts. */
  readonly offset: number
}

/** One uninterrupted stretch of a recording. */
export interface Segment {
  readonly frames: number
  /** Seconds from the start of the recording. */
  readonly startSeconds: number
}

/** Frames `start` to `end` (exclusive) of one segment (0 if not given) and of all or some channels, in the order given. */
export interface TraceRange {
  readonly segment?: number
  readonly start: number
  readonly end: number
  readonly channels?: readonly number[]
}

/** Where the counts lie, for code that reads the file itself. */
export interface RecordingLocation {
  readonly path: string
  /** Words per frame in the file, sync and digital words included; analog channels come first. */
  readonly columns: number
  readonly dtype: 'int16'
}

/** A lazy recording: nothing is read until `traces` asks for it. */
export interface Recording {
  readonly kind: 'recording'
  /** (Hz) */
  readonly samplingRate: number
  /** The analog channels; sync and digital words are not among them. */
  readonly channels: readonly Channel[]
  readonly segments: readonly Segment[]
  /** Null for a recording that is not one flat file. */
  readonly location: RecordingLocation | null
  /** Counts, frame-major: sample of channel `c` at frame `t` stands at `(t - start) * channels + c`. Throws `out-of-range`, `recording-closed`. */
  traces(range: TraceRange): Promise<Int16Array>
  close(): Promise<void>
}
