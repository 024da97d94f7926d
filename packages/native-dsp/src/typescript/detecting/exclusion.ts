/** A sample that may be a peak. */
export interface Candidate {
  /** Counted from the first of the frames that were searched. */
  readonly frame: number
  readonly row: number
  readonly amplitude: number
  /** The amplitude's absolute value in units of the row's threshold, single precision. */
  readonly size: number
}

/** Who competes with whom. */
export interface Exclusion {
  readonly rows: number
  /** 1 where two rows compete, rows x rows. */
  readonly neighbours: Uint8Array
  readonly frames: number
}

export function prepareExclusion(positions: ArrayLike<number>, radius: number, frames: number): Exclusion {
  const rows = positions.length / 2
  const neighbours = new Uint8Array(rows * rows)
  for (let a = 0; a < rows; a++) {
    for (const b of rowsWithin(positions, a, radius)) neighbours[a * rows + b] = 1
  }
  return { rows, neighbours, frames }
}

/** The rows no further than `radius` (um) from one, itself among them, in order. */
export function rowsWithin(positions: ArrayLike<number>, row: number, radius: number): readonly number[] {
  const [x, y] = [positions[2 * row]!, positions[2 * row + 1]!]
  return Array.from({ length: positions.length / 2 }, (_, other) => other).filter(
    (other) => Math.hypot(x - positions[2 * other]!, y - positions[2 * other + 1]!) <= radius,
  )
}

/**
 * Whether a candidate on a neighbour within the exclusion time is larger than the one at `at`, or as large and earlier.
 * Candidates are in order of frame; `window` is kept between calls, which come in that order too.
 */
export function isOutdone(
  candidates: readonly Candidate[],
  at: number,
  { rows, neighbours, frames }: Exclusion,
  window: { earliest: number },
): boolean {
  const { frame, row, size } = candidates[at]!
  while (candidates[window.earliest]!.frame + frames < frame) window.earliest++
  for (let index = window.earliest; index < candidates.length; index++) {
    const other = candidates[index]!
    if (other.frame > frame + frames) return false
    if (neighbours[row * rows + other.row] === 0) continue
    if (other.size > size || (other.size === size && other.frame < frame)) return true
  }
  return false
}
