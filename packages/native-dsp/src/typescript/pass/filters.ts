import { designButterworth } from '../butterworth.ts'
import type { Cascade } from '../cascade.ts'
import { InvalidParameterError } from '../../errors.ts'
import type { FilterPlan } from '../../plan.ts'

/** The sections of a plan's filters, in their order. */
export interface Filters {
  readonly causal: Cascade
  readonly zeroPhase: Cascade
}

export function designFilters(filters: readonly FilterPlan[], samplingRate: number): Filters {
  const causal = filters.filter((filter) => 'direction' in filter && filter.direction === 'causal')
  const zeroPhase = filters.filter((filter) => 'direction' in filter && filter.direction === 'zero-phase')
  const design = (filter: FilterPlan): Cascade => designSections(filter, samplingRate)
  return { causal: causal.flatMap(design), zeroPhase: zeroPhase.flatMap(design) }
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
