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
  /** The electrode it was connected to; absent where the recording does not say. */
  readonly site?: ChannelSite
  /** How much later than the frame's start it was sampled, as a fraction of a sample in [0, 1); absent where unknown. */
  readonly sampleShift?: number
  /** The counts that its converter gives; absent where unknown. */
  readonly range?: CountRange
}

/** Where an electrode is on its probe. */
export interface ChannelSite {
  readonly shank: number
  /** From the left edge of the first shank (um). */
  readonly x: number
  /** From the lowest row (um). */
  readonly y: number
  /** False for what is left out of spatial averages, such as the on-shank reference. */
  readonly used: boolean
}

/** Both ends are among the counts. */
export interface CountRange {
  readonly least: number
  readonly most: number
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

/** How a read is stopped. */
export interface ReadOptions {
  /** Rejects the read with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
}

/** Frames `start` to `end` (exclusive) of a segment. */
export interface FrameInterval {
  readonly segment: number
  readonly start: number
  readonly end: number
}

/** Something that was done to the counts before they were written. */
export interface AppliedStep {
  /** As the chains of `@neurojoint/native-dsp` call it, such as `phase-shift`; `other` for what they do not have. */
  readonly step: string
  /** The program that did it, and its version where it says so. */
  readonly by: string
  /** Its parameters as the program states them. */
  readonly details: string
}

/** A flat file of int16 frames that holds some segments, one after the other. */
export interface RecordingFile {
  readonly path: string
  readonly offsetBytes: number
  /** Words per frame; the analog channels come first. */
  readonly columns: number
  /** Which segments of the recording it holds. */
  readonly segments: readonly number[]
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
  /** The name of its format in the registry, such as `spikeglx`. */
  readonly format?: string
  /** The flat files of all segments, in their order; absent where the counts lie otherwise. */
  readonly files?: readonly RecordingFile[]
  /** Frames that were lost and filled; absent or empty for none. */
  readonly gaps?: readonly FrameInterval[]
  /** What was done to the counts before they were written, in order. */
  readonly applied?: readonly AppliedStep[]
  /** Counts, frame-major: sample of channel `c` at frame `t` stands at `(t - start) * channels + c`. Throws `out-of-range`, `recording-closed`. */
  traces(range: TraceRange, options?: ReadOptions): Promise<Int16Array>
  close(): Promise<void>
}
