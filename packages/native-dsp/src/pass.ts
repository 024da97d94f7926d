import type { OperationOptions } from './dsp.ts'
import type { Interval, Plan } from './plan.ts'

/** Counts that lie frame after frame; segments follow each other and are never filtered across. */
export type PassSource =
  | {
      readonly kind: 'file'
      readonly path: string
      readonly offsetBytes: number
      /** Words per frame. */
      readonly columns: number
      /** Frames of each segment. */
      readonly segments: readonly number[]
    }
  | {
      readonly kind: 'memory'
      /** Read where they lie: they must neither change nor be transferred while the pass is open. */
      readonly counts: Int16Array
      readonly columns: number
      readonly segments: readonly number[]
    }
  /** Read by a function; the native implementation refuses it. */
  | {
      readonly kind: 'reader'
      readonly columns: number
      readonly segments: readonly number[]
      /** All words of the frames `start` to `end` (exclusive); what it returns is not used again by the reader. */
      readonly read: (range: Interval) => Promise<Int16Array>
    }

/** Frames `start` to `end` (exclusive) of a segment, and the rows wanted, all if not given. */
export interface PassRange {
  readonly segment: number
  readonly start: number
  readonly end: number
  readonly rows?: readonly number[] | undefined
}

/** Where a pass writes int16 frames: `rows` of the plan, then words of the source that are copied to the bit (sync). */
export interface PassTarget {
  /** Written under another name beside it and renamed when all of it is on the disk; a failure or an abort leaves nothing. */
  readonly path: string
  readonly rows: readonly number[]
  readonly copied: readonly number[]
}

/** What a pass finds on its way, beside the frames. */
export interface PassFindings {
  /** Of the result, (counts), per row: `median(|x - median(x)|) / 0.67449` of the fixed sample; null where not asked for. */
  readonly noiseLevels: Float32Array | null
  /** (counts), per row, over all frames that are not masked; null where not asked for. */
  readonly rms: Float32Array | null
  readonly masked: readonly Interval[]
  readonly peaks: PassPeaks | null
  readonly frames: number
}

/** In order of segment, frame and row. */
export interface PassPeaks {
  readonly segment: Int32Array
  readonly sampleIndex: Float64Array
  readonly row: Int32Array
  readonly amplitude: Float32Array // (counts)
  /** (um) x, y of each peak in turn by centre of mass; null where not asked for. */
  readonly location: Float32Array | null
}

export interface PassOutputs {
  readonly noiseLevels?: boolean | undefined
  readonly rms?: boolean | undefined
  readonly peaks?:
    | {
        readonly positions: readonly number[] // (um) x, y of each row in turn
        readonly threshold: number // (noise levels)
        readonly radius: number // (um)
        readonly exclusionFrames: number
        readonly sign: 'negative' | 'positive' | 'both'
        /** (um) peaks are located from the channels this near, by centre of mass; null to leave that out. */
        readonly locateRadius: number | null
        /** (counts) those of the fixed sample if not given. */
        readonly noiseLevels?: Float32Array | undefined
      }
    | undefined
  /** Low-passed and decimated counts of the source itself, all rows and the copied words. */
  readonly lf?: { readonly path: string; readonly factor: number } | undefined
}

export interface PassOptions extends OperationOptions {
  /** 1 to 64; as many as processors, up to 8, if not given. Changes nothing of the result. */
  readonly threads?: number | undefined
}

export interface TracesOptions extends PassOptions {
  /**
   * Where the frames go, as long as they are: new memory has to be cleared by the system first, which takes as long as the
   * work itself. It is what `traces` resolves to, and must neither be used nor transferred before, nor be where the counts of
   * the source are; after a failure or an abort it holds a part of the frames.
   */
  readonly into?: Int16Array | undefined
}

/** Which part of a pass is written: frames of all segments if not given. */
export interface PassExtent {
  readonly start: number
  readonly end: number
}

/** A plan over a source, opened: nothing is computed until it is asked for. */
export interface Pass {
  /** Frames on the grid from which everything is computed; results depend on it and on nothing else. */
  readonly blockFrames: number
  /** (bytes) at most, beside the results, whatever the length of the source; `threads` as a run takes them. */
  readonly memoryBytes: (threads?: number) => number
  /** int16 frames, equal to the bit to what `run` writes there. */
  traces(range: PassRange, options?: TracesOptions): Promise<Int16Array>
  /** One visit of all frames of all segments (of `extent` of the only segment): writes to `target`, unless it is null, and finds `outputs`. */
  run(
    target: PassTarget | null,
    outputs: PassOutputs,
    options?: PassOptions & { readonly extent?: PassExtent | undefined },
  ): Promise<PassFindings>
  close(): Promise<void>
}

/** Runs plans. */
export interface Passing {
  /** Refuses what does not fit together with `invalid-parameter`, `wrong-length`; a file that is too short with `truncated-file`. */
  openPass(source: PassSource, plan: Plan): Promise<Pass>
}
