import type { LocalReferencePlan } from '../../plan.ts'
import { median } from '../median.ts'
import type { Rows, SpatialStep } from '../rows.ts'
import { addUp, planSums } from './neighbour-sums.ts'
import { wholeCount } from './reference-value.ts'
import type { PrepareSpatial } from './step.ts'

/**
 * Subtracts from each row the median or mean of its neighbours; the median of an even number is the mean of the two middle
 * values. A NaN makes NaN of the rows whose neighbour it is, in that frame.
 */
export const prepareLocalReference: PrepareSpatial<'local-reference'> = (plan, channels) =>
  plan.operator === 'mean' ? prepareMean(plan, channels) : prepareMedian(plan, channels)

function prepareMean({ neighbours, whole }: LocalReferencePlan, channels: number): SpatialStep {
  const plan = planSums(neighbours)
  const frame = new Float64Array(channels)
  const sums = new Float64Array(plan.row.length)
  return {
    margin: 0,
    apply(rows) {
      forEachFrame(rows, frame, whole, (start, finite) => {
        if (finite) addUp(plan, frame, sums)
        else addUpApart(neighbours, plan.row, frame, sums)
        for (let index = 0; index < sums.length; index++) {
          const row = plan.row[index]!
          const exact = sums[index]! / plan.count[index]!
          rows.data[start + row] = frame[row]! - (whole ? Math.trunc(exact) : Math.fround(exact))
        }
      })
    },
  }
}

function prepareMedian({ neighbours, whole }: LocalReferencePlan, channels: number): SpatialStep {
  const prepared = neighbours.flatMap((of, row) =>
    of.length === 0 ? [] : [{ row, of: Int32Array.from(of), values: new Float32Array(of.length) }],
  )
  const frame = new Float64Array(channels)
  return {
    margin: 0,
    apply(rows) {
      forEachFrame(rows, frame, whole, (start) => {
        for (const { row, of, values } of prepared) {
          for (let index = 0; index < of.length; index++) values[index] = frame[of[index]!]!
          const exact = median(values)
          rows.data[start + row] = frame[row]! - (whole ? Math.trunc(exact) : Math.fround(exact))
        }
      })
    },
  }
}

/** Visits each frame, copied out, as whole counts where that is asked for. */
function forEachFrame(
  { data, channels }: Rows,
  frame: Float64Array,
  whole: boolean,
  visit: (start: number, finite: boolean) => void,
): void {
  for (let start = 0; start < data.length; start += channels) {
    let finite = true
    for (let channel = 0; channel < channels; channel++) {
      const value = data[start + channel]!
      frame[channel] = whole ? wholeCount(value) : value
      finite &&= Number.isFinite(value)
    }
    visit(start, finite)
  }
}

/** Each sum for itself: a sum that a NaN or an infinity has entered is no beginning for others. */
function addUpApart(
  neighbours: readonly (readonly number[])[],
  row: Int32Array,
  frame: Float64Array,
  sums: Float64Array,
): void {
  for (let index = 0; index < row.length; index++) {
    let sum = 0
    for (const neighbour of neighbours[row[index]!]!) sum += frame[neighbour]!
    sums[index] = sum
  }
}
