import { createMedianFinder } from '../median.ts'
import { meanOf, wholeCount } from './reference-value.ts'
import type { PrepareSpatial } from './step.ts'

/**
 * Subtracts from the rows of each group the median or mean of its members, all of them as they were before. A NaN among the
 * members makes NaN of all rows that the reference is subtracted from, in that frame.
 */
export const prepareGroupReference: PrepareSpatial<'group-reference'> = ({ operator, middle, whole, groups }) => {
  const prepared = groups
    .filter(({ of, from }) => of.length > 0 && from.length > 0)
    .map(({ of, from }) => ({
      of: Int32Array.from(of),
      from: Int32Array.from(from),
      values: new Float32Array(of.length),
    }))
  const finder = createMedianFinder(Math.max(1, ...prepared.map(({ of }) => of.length)))
  const references = new Float64Array(prepared.length)
  return {
    margin: 0,
    apply({ data, channels }) {
      for (let start = 0; start < data.length; start += channels) {
        for (let group = 0; group < prepared.length; group++) {
          const { of, values } = prepared[group]!
          for (let index = 0; index < of.length; index++) values[index] = data[start + of[index]!]!
          if (whole) for (let index = 0; index < of.length; index++) values[index] = wholeCount(values[index]!)
          const exact = operator === 'mean' ? meanOf(values) : finder.find(values, 0, of.length, middle)
          references[group] = whole ? Math.trunc(exact) : Math.fround(exact)
        }
        for (let group = 0; group < prepared.length; group++) {
          const { from } = prepared[group]!
          const reference = references[group]!
          if (!whole) {
            for (let index = 0; index < from.length; index++) data[start + from[index]!]! -= reference
            continue
          }
          for (let index = 0; index < from.length; index++) {
            const at = start + from[index]!
            data[at] = wholeCount(data[at]!) - reference
          }
        }
      }
    },
  }
}
