import type { Span } from '../rows.ts'
import { halo, nothingAround, type Around, type Computer } from './compute.ts'
import { blockOfItsOwn, widened, type Block } from './grid.ts'
import type { BlockTask, Visit } from './protocol.ts'

/** The frames that have to be read for a task on a block. */
export function spanOf(task: BlockTask, computer: Computer, segments: readonly number[]): Span {
  if (task.kind !== 'visit') return computer.needed(task.block, nothingAround)
  const near = computer.needed(task.block, aroundOf(task.visit))
  if (task.visit.halo <= halo) return near
  const far = computer.needed(farBlock(task.block, task.visit.halo, segments), nothingAround)
  return { start: Math.min(near.start, far.start), end: Math.max(near.end, far.end) }
}

/** What a block is computed with; peaks that are decided from further away have rows of their own. */
export const aroundOf = (visit: Visit): Around => ({
  halo: visit.halo > halo ? 0 : visit.halo,
  reach: visit.reach,
})

/** The wanted frames and all from which their peaks are decided, as a block of its own. */
export function farBlock({ segment, wanted }: Block, around: number, segments: readonly number[]): Block {
  const { start, end } = widened(wanted, around, around, segments[segment]!)
  return blockOfItsOwn(segment, start, end)
}
