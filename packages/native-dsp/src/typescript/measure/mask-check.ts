import { InvalidParameterError } from '../../errors.ts'
import type { SaturationPlan } from '../../plan.ts'
import { requireCount } from '../../parameters.ts'
import { requireColumns } from './columns.ts'
import type { MaskCriteria } from './mask.ts'

/** What frames need on either side is to fit into memory. */
const mostFrames = 32_768

/** Refuses numbers that mean nothing, columns that the frames do not have, and no columns at all. */
export function requireMask({ flatFrames, saturation }: MaskCriteria, columns: number, take: readonly number[]): void {
  if (flatFrames !== null) requireCount('flatFrames', flatFrames)
  if (flatFrames !== null && (flatFrames < 2 || flatFrames > mostFrames)) {
    throw new InvalidParameterError('flatFrames', flatFrames, `2 to ${mostFrames} frames`)
  }
  if (saturation) requireSaturation(saturation)
  requireColumns(columns, take)
  if (take.length === 0) throw new InvalidParameterError('columns', 0, 'at least one column')
}

function requireSaturation({ level, slope, share, widenFrames }: SaturationPlan): void {
  if (!(level >= 0)) throw new InvalidParameterError('level', level, 'a number of counts that is not negative')
  if (!(slope > 0)) throw new InvalidParameterError('slope', slope, 'a positive number of counts per sample')
  if (!(share >= 0 && share <= 1)) throw new InvalidParameterError('share', share, 'a fraction from 0 to 1')
  requireCount('widenFrames', widenFrames)
  if (widenFrames > mostFrames) {
    throw new InvalidParameterError('widenFrames', widenFrames, `up to ${mostFrames} frames`)
  }
}
