import type { Plan } from '../../plan.ts'
import type { Computer } from './compute.ts'
import type { Operation } from './operation.ts'
import type { BlockTask, Results } from './protocol.ts'
import type { HandCounts } from './source.ts'
import { spanOf } from './task-span.ts'
import type { Threads } from './threads.ts'

/** What the calls of a pass share. */
export interface OpenPass {
  readonly plan: Plan
  readonly columns: number
  readonly segments: readonly number[]
  /** On the event loop's thread it tells what is needed and computes nothing. */
  readonly computer: Computer
  readonly threads: Threads
  readonly hand: HandCounts
  /** Of the source, if that is a file. */
  readonly path: string | null
}

/** Does a task on a thread, and hands it its counts where it does not read them. */
export async function runTask<T extends BlockTask>(
  { computer, segments, hand, threads }: OpenPass,
  task: T,
  most: number,
  { flag }: Operation,
): Promise<Results[T['kind']]> {
  const counts = hand && (await hand(task.block.segment, spanOf(task, computer, segments)))
  return threads.run(task, { flag, counts }, most)
}
