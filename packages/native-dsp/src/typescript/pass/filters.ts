import { padLength, type Cascade } from '../cascade.ts'
import { designFilter } from '../filter-design.ts'
import type { FilterPlan } from '../../plan.ts'

/** The sections of a plan's filters, in their order. */
export interface Filters {
  readonly all: Cascade
  /** Those that run backward, too. */
  readonly zeroPhase: Cascade
  /** Samples by which the signal is extended at either end. */
  readonly extension: number
}

export function designFilters(filters: readonly FilterPlan[], samplingRate: number): Filters {
  const design = (filter: FilterPlan): Cascade => designFilter(filter, samplingRate)
  const zeroPhase = filters.filter((filter) => 'direction' in filter && filter.direction === 'zero-phase').map(design)
  return {
    all: filters.flatMap(design),
    zeroPhase: zeroPhase.flat(),
    extension: zeroPhase.reduce((sum, cascade) => sum + padLength(cascade), 0),
  }
}
