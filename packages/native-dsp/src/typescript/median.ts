/** Which value stands for the middle of an even number of values. */
export type Middle = 'mean' | 'upper' | 'lower'

/** The median of a non-empty buffer, which it reorders; the mean of the two middle values, in single precision, for an even length; NaN if there is one. */
export function median(values: Float32Array): number {
  for (let index = 0; index < values.length; index++) if (Number.isNaN(values[index]!)) return Number.NaN
  return middleOfSelected(values, values.length, values.length >> 1, values.length, 'mean')
}

/** Finds medians of up to `capacity` values without changing them; its buffers are used again. */
export interface MedianFinder {
  /** Of the `count` values from `offset` on, of which there is at least one; NaN if there is one among them. */
  find(values: Float32Array, offset: number, count: number, middle: Middle): number
}

/** From this many values on, a bracket around the middle is guessed from a sample. */
const leastToSample = 64
const sampleSize = 16
/** Ranks of the sample between which the middle of all values lies, with odds of 50 to 1. */
const sampleLow = 3
const sampleHigh = 12

export function createMedianFinder(capacity: number): MedianFinder {
  const inside = new Float32Array(capacity + 1)
  const sample = new Float32Array(sampleSize)

  function whole(values: Float32Array, offset: number, count: number, middle: Middle): number {
    for (let index = 0; index < count; index++) {
      const value = values[offset + index]!
      if (Number.isNaN(value)) return Number.NaN
      inside[index] = value
    }
    return middleOfSelected(inside, count, count >> 1, count, middle)
  }

  return {
    find(values, offset, count, middle) {
      if (count < leastToSample) return whole(values, offset, count, middle)
      const step = Math.floor(count / sampleSize)
      for (let index = 0, at = offset + (step >> 1); index < sampleSize; index++, at += step)
        sample[index] = values[at]!
      sortFew(sample, 0, sampleSize - 1)
      const low = sample[sampleLow]!
      const high = sample[sampleHigh]!
      // without branches: every value is written, the place moves on only for those in the bracket
      let below = 0
      let found = 0
      let numbers = 0
      for (let index = offset; index < offset + count; index++) {
        const value = values[index]!
        inside[found] = value
        const isBelow = Number(value < low) | 0
        below = (below + isBelow) | 0
        found = (found + ((Number(value <= high) | 0) - isBelow)) | 0
        // eslint-disable-next-line no-self-compare -- the quickest way to see a NaN
        numbers = (numbers + (Number(value === value) | 0)) | 0
      }
      if (numbers < count) return Number.NaN
      const rank = (count >> 1) - below
      if (rank < 1 || rank >= found) return whole(values, offset, count, middle)
      return middleOfSelected(inside, found, rank, count, middle)
    },
  }
}

/** The middle of `count` values, of which that of rank `count >> 1` has `rank` among the first `found` of `values`. */
function middleOfSelected(values: Float32Array, found: number, rank: number, count: number, middle: Middle): number {
  const upper = select(values, rank, found)
  if (count % 2 === 1 || middle === 'upper') return upper
  let lower = -Infinity
  for (let index = 0; index < rank; index++) if (values[index]! > lower) lower = values[index]!
  return middle === 'lower' ? lower : Math.fround(Math.fround(lower + upper) / 2)
}

/** Below this many values, sorting is faster than dividing further. */
const few = 12

/** Puts the value of rank `rank` among the first `count` (none NaN) in its place, the smaller ones before it, and returns it (Hoare's selection). */
function select(values: Float32Array, rank: number, count = values.length): number {
  let low = 0
  let high = count - 1
  while (high - low > few) {
    const pivot = middleOf(values[low]!, values[(low + high) >> 1]!, values[high]!)
    let left = low
    let right = high
    while (left <= right) {
      while (values[left]! < pivot) left++
      while (values[right]! > pivot) right--
      if (left <= right) {
        const swapped = values[left]!
        values[left++] = values[right]!
        values[right--] = swapped
      }
    }
    if (rank <= right) high = right
    else if (rank >= left) low = left
    else return values[rank]!
  }
  sortFew(values, low, high)
  return values[rank]!
}

function sortFew(values: Float32Array, low: number, high: number): void {
  for (let index = low + 1; index <= high; index++) {
    const value = values[index]!
    let at = index - 1
    while (at >= low && values[at]! > value) {
      values[at + 1] = values[at]!
      at--
    }
    values[at + 1] = value
  }
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
