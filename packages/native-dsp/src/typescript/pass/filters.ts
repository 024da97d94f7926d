import { designButterworth } from '../butterworth.ts'
import { padLength, type Cascade } from '../cascade.ts'
import { InvalidParameterError } from '../../errors.ts'
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
  const design = (filter: FilterPlan): Cascade => designSections(filter, samplingRate)
  const zeroPhase = filters.filter((filter) => 'direction' in filter && filter.direction === 'zero-phase').map(design)
  return {
    all: filters.flatMap(design),
    zeroPhase: zeroPhase.flat(),
    extension: zeroPhase.reduce((sum, cascade) => sum + padLength(cascade), 0),
  }
}

function designSections(filter: FilterPlan, samplingRate: number): Cascade {
  switch (filter.kind) {
    case 'high-pass':
      return designButterworth(filter.order, { low: filter.cutoff }, samplingRate)
    case 'band-pass':
      return designButterworth(filter.order, filter, samplingRate)
    default:
      throw new InvalidParameterError('filters', filter.kind, 'a filter that the TypeScript implementation has')
  }
}
