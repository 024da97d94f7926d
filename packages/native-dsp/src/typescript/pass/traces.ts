import type { PassRange } from '../../pass.ts'
import { blocksOf } from './grid.ts'
import { runTask, type OpenPass } from './open-pass.ts'
import type { Operation } from './operation.ts'

/** The int16 frames of a range, block by block, in memory that is given or new. */
export async function readTraces(
  pass: OpenPass,
  range: PassRange,
  into: Int16Array | undefined,
  threads: number,
  operation: Operation,
): Promise<Int16Array> {
  const rows = range.rows ?? pass.plan.columns.map((_, row) => row)
  const traces = into ?? new Int16Array((range.end - range.start) * rows.length)
  if (traces.length === 0) return traces
  const blocks = blocksOf(range, pass.segments[range.segment]!, pass.computer.blockFrames)
  operation.expect(blocks.length)
  await operation.each(blocks.length, threads, async (index) => {
    const block = blocks[index]!
    const words = await runTask(pass, { kind: 'traces', block, rows }, threads, operation)
    traces.set(words, (block.wanted.start - range.start) * rows.length)
  })
  return traces
}
