import { lengthOf, noiseStretches, type Visited } from './grid.ts'
import { runTask, type OpenPass } from './open-pass.ts'
import type { Operation } from './operation.ts'
import type { NoiseStore } from './protocol.ts'

/** Rows whose noise levels one task measures. */
const rowsAtOnce = 16

/** The noise level of each row in the fixed sample of what is visited. */
export async function measureNoise(
  pass: OpenPass,
  visited: readonly Visited[],
  threads: number,
  operation: Operation,
): Promise<Float32Array> {
  const stretches = noiseStretches(visited)
  const rows = pass.plan.columns.length
  const starts = [0]
  for (const { wanted } of stretches) starts.push(starts.at(-1)! + lengthOf(wanted))
  const parts = Math.ceil(rows / rowsAtOnce)
  operation.expect(stretches.length + parts)

  const values = new Float32Array(new SharedArrayBuffer(4 * rows * starts.at(-1)!))
  const store: NoiseStore = { values, starts, rows }
  const counts = await operation.each(stretches.length, threads, (slot) =>
    runTask(pass, { kind: 'sample', block: stretches[slot]!, store, slot }, threads, operation),
  )
  const levels = new Float32Array(rows)
  await operation.each(parts, threads, async (part) => {
    const first = part * rowsAtOnce
    const range = [first, Math.min(rows, first + rowsAtOnce)] as const
    levels.set(
      await pass.threads.run(
        { kind: 'levels', store, counts, rows: range },
        { flag: operation.flag, counts: null },
        threads,
      ),
      first,
    )
  })
  return levels
}
