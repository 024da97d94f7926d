import type { PassOutputs } from '../../pass.ts'
import type { Plan } from '../../plan.ts'
import type { BlockFindings } from './findings.ts'
import type { Block } from './grid.ts'
import type { Selection } from './words.ts'

/** What a thread is started with. */
export interface ThreadStart {
  readonly plan: Plan
  readonly columns: number
  readonly segments: readonly number[]
  /** The file that the thread reads itself; null where it is handed the counts with each task. */
  readonly file: { readonly path: string; readonly offsetBytes: number } | null
}

/** One block's work. */
export type BlockTask =
  | { readonly kind: 'traces'; readonly block: Block; readonly rows: readonly number[] }
  | { readonly kind: 'sample'; readonly block: Block; readonly store: NoiseStore; readonly slot: number }
  | {
      readonly kind: 'visit'
      readonly block: Block
      readonly visit: Visit
      /** Where the block's frames stand in the files (frames). */
      readonly at: number
      readonly lfAt: number
    }

/** The noise levels of some rows, from a sample that has been taken; `counts` are the frames of each slot. */
export interface LevelsTask {
  readonly kind: 'levels'
  readonly store: NoiseStore
  readonly counts: readonly number[]
  readonly rows: readonly [number, number]
}

export type Task = BlockTask | LevelsTask

/** Room for the noise sample, shared by all threads: slot after slot, and in a slot row after row. */
export interface NoiseStore {
  readonly values: Float32Array<SharedArrayBuffer>
  /** Where each slot starts, in frames, and at last the end. */
  readonly starts: readonly number[]
  readonly rows: number
}

/** What is done with every block of a run. */
export interface Visit {
  /** Equal for all blocks of a run, different for others. */
  readonly id: number
  readonly target: ({ readonly partial: string; readonly path: string } & Selection) | null
  readonly outputs: PassOutputs
  readonly noiseLevels: Float32Array | null
  /** Frames of rows that the outputs need around those of a block, and frames of counts. */
  readonly halo: number
  readonly reach: number
  readonly lf: {
    readonly partial: string
    readonly path: string
    readonly factor: number
    readonly copied: readonly number[]
  } | null
}

export interface Request {
  readonly id: number
  readonly task: Task
  /** The first word is not 0 when the work is not wanted any more. */
  readonly flag: Int32Array<SharedArrayBuffer>
  readonly counts: Int16Array<ArrayBuffer> | null
}

/** What comes of a task, by its kind. */
export interface Results {
  readonly traces: Int16Array<ArrayBuffer>
  /** Frames that are not masked. */
  readonly sample: number
  readonly levels: Float32Array<ArrayBuffer>
  readonly visit: BlockFindings
}

export type Reply =
  | { readonly id: number; readonly result: Results[keyof Results] }
  | { readonly id: number; readonly failure: Failure }

/** An error on its way between threads, where its class is lost. */
export type Failure =
  | { readonly code: 'cancelled' }
  | { readonly code: 'truncated-file'; readonly path: string; readonly bytes: number; readonly expected: number }
  | { readonly code: 'file'; readonly path: string; readonly reason: string }
  | { readonly code: 'other'; readonly error: unknown }
