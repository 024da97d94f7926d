import type { SpatialPlan } from '../../plan.ts'
import type { SpatialStep } from '../rows.ts'

/** Makes a step for rows of so many channels; the plan has been checked before. */
export type PrepareSpatial<Kind extends SpatialPlan['kind']> = (
  plan: Extract<SpatialPlan, { readonly kind: Kind }>,
  channels: number,
) => SpatialStep
