import type { SpatialPlan } from '../../plan.ts'
import { prepareMotionCorrection } from '../motion/correction.ts'
import { prepareGroupReference } from './group-reference.ts'
import { prepareLocalReference } from './local-reference.ts'
import { prepareMix } from './mix.ts'
import { prepareSpatialHighPass } from './spatial-high-pass.ts'
import type { SpatialStep } from '../rows.ts'

/** Makes the step that a plan asks for, for rows of so many channels at a sampling rate (Hz); the plan has been checked before. */
export function prepareSpatial(plan: SpatialPlan, channels: number, samplingRate: number): SpatialStep {
  switch (plan.kind) {
    case 'group-reference':
      return prepareGroupReference(plan, channels)
    case 'local-reference':
      return prepareLocalReference(plan, channels)
    case 'spatial-high-pass':
      return prepareSpatialHighPass(plan, channels)
    case 'mix':
      return prepareMix(plan, channels)
    case 'motion-correction':
      return prepareMotionCorrection(plan, samplingRate)
  }
}
