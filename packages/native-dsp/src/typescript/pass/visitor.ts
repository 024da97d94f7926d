import type { Plan } from '../../plan.ts'
import { prepareLf, type LfSink } from '../measure/lf.ts'
import { halo, nothingAround, type Around, type Computed } from './compute.ts'
import { writePart } from './file.ts'
import { findIn, peaksIn, prepareFinder, type BlockFindings, type Finder } from './findings.ts'
import { countedFrom, type Block } from './grid.ts'
import type { Task, Visit } from './protocol.ts'
import { aroundOf, farBlock } from './task-span.ts'
import { wordsOf } from './words.ts'

/** Does a run's work on blocks: writes their frames and finds what is asked for. */
export interface Visitor {
  visit(
    task: Extract<Task, { readonly kind: 'visit' }>,
    compute: (block: Block, around: Around) => Computed,
    look: () => void,
  ): BlockFindings
}

/** A run's outputs, prepared when its first block comes. */
interface Prepared {
  readonly visit: Visit
  readonly finder: Finder
  readonly lf: LfSink | null
}

export function createVisitor(plan: Plan, columns: number, segments: readonly number[]): Visitor {
  let prepared: Prepared | null = null

  function prepare(visit: Visit): Prepared {
    if (prepared?.visit.id === visit.id) return prepared
    const finder = prepareFinder(visit.outputs, plan.samplingRate, visit.noiseLevels)
    const lf = visit.lf && prepareLf(visit.lf.factor, columns, plan.columns, visit.lf.copied)
    prepared = { visit, finder, lf }
    return prepared
  }

  return {
    visit({ block, visit, at, lfAt }, compute, look) {
      const { finder, lf } = prepare(visit)
      const far = visit.halo > halo
      const computed = compute(block, aroundOf(visit))
      const found = findIn(finder, block, computed, !far, look)
      look()
      if (visit.target) {
        const words = wordsOf(computed, columns, visit.target, plan.rounding)
        look()
        const width = visit.target.rows.length + visit.target.copied.length
        writePart(visit.target, words, 2 * at * width)
      }
      if (lf && visit.lf) writeLf(visit.lf, lf, computed, lfAt, look)
      if (!far) return found
      const wide = compute(farBlock(block, visit.halo, segments), nothingAround)
      const { start } = wide.wanted
      const inner = countedFrom(block.wanted, wide.counts.first + start)
      return { ...found, peaks: peaksIn(finder, { ...wide, inner }, look) }
    },
  }
}

/** Low frequencies are taken from so many frames in one go. */
const framesAtOnce = 512

function writeLf(
  to: NonNullable<Visit['lf']>,
  lf: LfSink,
  { counts, wanted }: Computed,
  at: number,
  look: () => void,
): void {
  let offset = 2 * at * lf.width
  for (let start = wanted.start; start < wanted.end; start += framesAtOnce) {
    look()
    const words = lf.visit(counts.data, counts.first, start, Math.min(wanted.end, start + framesAtOnce))
    writePart(to, words, offset)
    offset += 2 * words.length
  }
}
