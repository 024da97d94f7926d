/** The median of a non-empty buffer, which it reorders; the mean of the two middle values, in single precision, for an even length; NaN if there is one. */
export function median(values: Float32Array): number {
  for (let index = 0; index < values.length; index++) if (Number.isNaN(values[index]!)) return Number.NaN
  const middle = values.length >> 1
  const upper = select(values, middle)
  if (values.length % 2 === 1) return upper
  let lower = -Infinity
  for (let index = 0; index < middle; index++) if (values[index]! > lower) lower = values[index]!
  return Math.fround(Math.fround(lower + upper) / 2)
}

/** Puts the value of rank `rank` in its place, the smaller ones before it, and returns it (Hoare's selection). */
export function select(values: Float32Array, rank: number): number {
  let low = 0
  let high = values.length - 1
  while (low < high) {
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
    else break
  }
  return values[rank]!
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
