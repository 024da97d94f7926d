import type { PrepareSpatial } from './step.ts'

/** Makes rows weighted sums of rows as they were before; a NaN makes NaN of the rows that it enters. */
export const prepareMix: PrepareSpatial<'mix'> = ({ rows: mixed }) => {
  const prepared = mixed.map(({ row, of, weights }) => ({
    row,
    of: Int32Array.from(of),
    weights: Float32Array.from(weights),
  }))
  const sums = new Float64Array(prepared.length)
  return {
    margin: 0,
    apply({ data, channels }) {
      for (let start = 0; start < data.length; start += channels) {
        for (let index = 0; index < prepared.length; index++) {
          const { of, weights } = prepared[index]!
          let sum = 0
          for (let term = 0; term < of.length; term++) sum += weights[term]! * data[start + of[term]!]!
          sums[index] = sum
        }
        for (let index = 0; index < prepared.length; index++) data[start + prepared[index]!.row] = sums[index]!
      }
    },
  }
}
