import { checkedPass, type PassWork } from '../checked-pass.ts'
import { requirePassSource } from '../pass-parameters.ts'
import type { Passing } from '../pass.ts'
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
      return checkedPass(
        source,
        plan,
        typeScriptWork({ plan, columns, segments, computer, threads, hand, path: file?.path ?? null }),
      )
    },
  }
}

function typeScriptWork(pass: OpenPass): PassWork {
  const { plan, columns, computer } = pass
  const rows = plan.columns.length
  return {
    blockFrames: computer.blockFrames,

    memoryBytes(threads) {
      const read = computer.mostNeeded
      const written = computer.blockFrames * (rows + columns)
      return threads * (computer.memoryBytes + 2 * (read * columns + written)) + 4 * rows * noiseSampleFrames
    },

    traces: ({ range, into, threads }, options) =>
      runOperation(options, (operation) => readTraces(pass, range, into, threads, operation)),

    run: (request, options) =>
      runOperation(options, (operation) => runPass(pass, request, operation, options.signal), request.target !== null),

    close: () => pass.threads.close(),
  }
}
