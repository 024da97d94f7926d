import type { OperationOptions } from './dsp.ts'
import { InvalidParameterError } from './errors.ts'
import { chooseThreads } from './parameters.ts'
import {
  requireInto,
  requirePassExtent,
  requirePassOutputs,
  requirePassRange,
  requirePassTarget,
} from './pass-parameters.ts'
import type { Pass, PassExtent, PassFindings, PassOutputs, PassRange, PassSource, PassTarget } from './pass.ts'
import type { Plan } from './plan.ts'

/** What a visit of all frames is asked for. */
export interface RunRequest {
  readonly target: PassTarget | null
  readonly outputs: PassOutputs
  readonly extent: PassExtent | undefined
  readonly threads: number
}

/** Frames that are asked for, and where they go; into an array of their own if not given. */
export interface TracesRequest {
  readonly range: PassRange
  readonly into: Int16Array | undefined
  readonly threads: number
}

/** What an implementation does with requests that fit. */
export interface PassWork {
  readonly blockFrames: number
  memoryBytes(threads: number): number
  traces(request: TracesRequest, options: OperationOptions): Promise<Int16Array>
  run(request: RunRequest, options: OperationOptions): Promise<PassFindings>
  close(): void | Promise<void>
}

/** A pass that hands on what fits its source and its plan, and refuses the rest, and everything once it is closed. */
export function checkedPass(source: PassSource, plan: Plan, work: PassWork): Pass {
  const { columns, segments } = source
  let closed = false
  const requireOpen = (): void => {
    if (closed) throw new InvalidParameterError('pass', 'closed', 'a pass that is open')
  }
  return {
    blockFrames: work.blockFrames,
    memoryBytes: (threads) => work.memoryBytes(chooseThreads(threads)),

    async traces(range, options = {}) {
      requireOpen()
      requirePassRange(range, plan, segments)
      const { into } = options
      requireInto(into, range, plan, source)
      return work.traces({ range, into, threads: chooseThreads(options.threads) }, options)
    },

    async run(target, outputs, options = {}) {
      requireOpen()
      const { extent } = options
      requirePassExtent(extent, segments)
      requirePassTarget(target, plan, columns)
      requirePassOutputs(outputs, plan)
      return work.run({ target, outputs, extent, threads: chooseThreads(options.threads) }, options)
    },

    async close() {
      closed = true
      await work.close()
    },
  }
}
