import { InvalidParameterError } from '../errors.ts'
import { chooseThreads } from '../parameters.ts'
import {
  requireInto,
  requirePassExtent,
  requirePassOutputs,
  requirePassRange,
  requirePassSource,
  requirePassTarget,
} from '../pass-parameters.ts'
import type { Pass, Passing } from '../pass.ts'
import { requirePlan } from '../plan-parameters.ts'
import { prepareComputer } from './pass/compute.ts'
import { noiseSampleFrames } from './pass/grid.ts'
import { runOperation } from './pass/operation.ts'
import { runPass } from './pass/run.ts'
import { openSource } from './pass/source.ts'
import { createThreads } from './pass/threads.ts'
import { readTraces } from './pass/traces.ts'
import type { OpenPass } from './pass/open-pass.ts'

/** Passes in TypeScript, computed in worker threads. */
export function createTypeScriptPassing(): Passing {
  return {
    async openPass(source, plan) {
      requirePassSource(source)
      const { columns, segments } = source
      requirePlan(plan, columns, segments)
      const hand = await openSource(source)
      const file = source.kind === 'file' ? { path: source.path, offsetBytes: source.offsetBytes } : null
      const computer = prepareComputer(plan, columns, segments)
      const threads = createThreads({ plan, columns, segments, file })
      return openedPass({ plan, columns, segments, computer, threads, hand, path: file?.path ?? null })
    },
  }
}

function openedPass(pass: OpenPass): Pass {
  const { plan, columns, segments, computer } = pass
  const rows = plan.columns.length
  let closed = false
  const requireOpen = (): void => {
    if (closed) throw new InvalidParameterError('pass', 'closed', 'a pass that is open')
  }
  return {
    blockFrames: computer.blockFrames,

    memoryBytes(asked) {
      const threads = chooseThreads(asked)
      const read = computer.mostNeeded
      const written = computer.blockFrames * (rows + columns)
      return threads * (computer.memoryBytes + 2 * (read * columns + written)) + 4 * rows * noiseSampleFrames
    },

    async traces(range, options = {}) {
      requireOpen()
      requirePassRange(range, plan, segments)
      requireInto(options.into, range, plan)
      const threads = chooseThreads(options.threads)
      return runOperation(options, (operation) => readTraces(pass, range, options.into, threads, operation))
    },

    async run(target, outputs, options = {}) {
      requireOpen()
      const { extent } = options
      requirePassExtent(extent, segments)
      requirePassTarget(target, plan, columns)
      requirePassOutputs(outputs, plan)
      const threads = chooseThreads(options.threads)
      return runOperation(
        options,
        (operation) => runPass(pass, { target, outputs, extent, threads }, operation, options.signal),
        target !== null,
      )
    },

    async close() {
      closed = true
      await pass.threads.close()
    },
  }
}
