/**
 * The displacement of the tissue in one segment; positive where it is higher (at larger depths) than on average. A unit
 * that rests at a depth is seen at this depth plus the displacement: SpikeInterface's sign.
 */
export interface Motion {
  readonly times: readonly number[] // (s from the segment's start) centres of bins
  readonly depths: readonly number[] // (um) centres of windows; one for rigid motion
  /** (um) `times.length * depths.length`, a time after the other. */
  readonly displacement: readonly number[]
}

/** Gaussian windows along the probe, each of which has a displacement of its own. */
export interface DepthWindows {
  readonly step: number // (um) between their centres
  readonly scale: number // (um) their standard deviation
}

/**
 * The displacement (um) at a time (s) and depth (um): linear between bins and windows, constant beyond them.
 * `depth - displacementAt(motion, time, depth)` is where a peak would have been without motion.
 */
export function displacementAt(motion: Motion, time: number, depth: number): number {
  const [early, late, share] = between(motion.times, time)
  const before = displacementInBin(motion, early, depth)
  return before + (displacementInBin(motion, late, depth) - before) * share
}

/** The displacement (um) in a time bin: linear between windows, constant beyond them. */
export function displacementInBin({ depths, displacement }: Motion, bin: number, depth: number): number {
  const [low, high, share] = between(depths, depth)
  const below = displacement[bin * depths.length + low] ?? Number.NaN
  return below + ((displacement[bin * depths.length + high] ?? Number.NaN) - below) * share
}

/** The bin whose centre is nearest to a time (s); the later one half-way between two. */
export function binAt({ times }: Motion, time: number): number {
  let [low, high] = [0, times.length - 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    const border = 0.5 * ((times[middle] ?? Number.NaN) + (times[middle + 1] ?? Number.NaN))
    if (border <= time) low = middle + 1
    else high = middle
  }
  return low
}

/** The two neighbours of `at` among ascending values, and how far it is from the first to the second. */
function between(values: readonly number[], at: number): readonly [number, number, number] {
  let [above, end] = [0, values.length]
  while (above < end) {
    const middle = (above + end) >>> 1
    if ((values[middle] ?? Number.NaN) <= at) above = middle + 1
    else end = middle
  }
  if (above === 0) return [0, 0, 0]
  const low = values[above - 1] ?? Number.NaN
  const high = values[above]
  return high === undefined ? [above - 1, above - 1, 0] : [above - 1, above, (at - low) / (high - low)]
}
