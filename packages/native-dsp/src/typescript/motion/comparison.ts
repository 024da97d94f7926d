import { grain, type Histograms } from './histograms.ts'

/** Compares the depths of one time bin with those of others, in windows, at all displacements up to a largest. */
export interface Comparison {
  /** Prepares a bin to be the one that stays. */
  hold(early: number): void
  /** For each window: the displacement (bins) of the later bin against the one that is held, and the correlation there; 0 where there is none. */
  compare(early: number, late: number): void
  readonly displacement: Float32Array
  readonly correlation: Float32Array
}

/** @param windows weights by group of `grain` depths */
export function createComparison(histograms: Histograms, windows: readonly Float64Array[]): Comparison {
  const { depths, amplitudes, stride, values, times, padding: most } = histograms
  const displacements = 2 * most + 1
  const numbers = windows.length * displacements
  const groups = depths / grain
  const first = (at: number): number => Math.max(0, most - at)
  const end = (at: number): number => Math.max(first(at), Math.min(depths, depths + most - at))

  /**
   * Mean and one over the deviation of a bin in each window and at each displacement, over the depths that are within the
   * probe in both bins; a deviation of 0 gives 0.
   */
  function measure(time: number, moved: boolean, means: Float32Array, inverses: Float32Array): void {
    for (let at = 0; at < displacements; at++) {
      groupSums.fill(0)
      groupSquares.fill(0)
      for (let amplitude = 0; amplitude < amplitudes; amplitude++) {
        const row = (time * amplitudes + amplitude) * stride + (moved ? at : most)
        for (let depth = first(at), last = end(at); depth < last; depth++) {
          const value = values[row + depth]!
          const group = Math.floor(depth / grain)
          groupSums[group]! += value
          groupSquares[group]! += value * value
        }
      }
      for (let window = 0; window < windows.length; window++) {
        const weights = windows[window]!
        const weight = shares[window * displacements + at]!
        let [sum, squares] = [0, 0]
        for (let group = 0; group < groups; group++) {
          sum += weights[group]! * groupSums[group]!
          squares += weights[group]! * groupSquares[group]!
        }
        const mean = weight > 0 ? sum / weight : 0
        const variance = weight > 0 ? squares / weight - mean * mean : 0
        means[window * displacements + at] = mean
        inverses[window * displacements + at] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0
      }
    }
  }

  const groupSums = new Float64Array(groups)
  const groupSquares = new Float64Array(groups)
  const movedMeans = new Float32Array(times * numbers)
  const movedInverses = new Float32Array(times * numbers)
  const part = (list: Float32Array, time: number): Float32Array => list.subarray(time * numbers, (time + 1) * numbers)
  const measured = new Uint8Array(times)
  const means = new Float32Array(numbers)
  const inverses = new Float32Array(numbers)
  const shares = new Float64Array(numbers)
  for (let window = 0; window < windows.length; window++) {
    for (let at = 0; at < displacements; at++) {
      let sum = 0
      for (let depth = first(at); depth < end(at); depth++) sum += windows[window]![Math.floor(depth / grain)]!
      shares[window * displacements + at] = sum * amplitudes
    }
  }
  const products = new Float64Array(groups * displacements)
  const factors = new Float64Array(amplitudes * grain)
  const places = new Int32Array(amplitudes * grain)
  const sums = new Float64Array(numbers)
  const displacement = new Float32Array(windows.length)
  const correlation = new Float32Array(windows.length)
  const correlations = new Float64Array(displacements)

  function sumProducts(early: number, late: number): void {
    sums.fill(0)
    for (let group = 0; group < groups; group++) {
      let terms = 0
      for (let amplitude = 0; amplitude < amplitudes; amplitude++) {
        const row = (early * amplitudes + amplitude) * stride + most
        const moved = (late * amplitudes + amplitude) * stride
        for (let depth = group * grain; depth < (group + 1) * grain; depth++) {
          if (values[row + depth] === 0) continue
          factors[terms] = values[row + depth]!
          places[terms++] = moved + depth
        }
      }
      for (let at = 0; at < displacements; at++) {
        let product = 0
        for (let term = 0; term < terms; term++) product += factors[term]! * values[places[term]! + at]!
        products[group * displacements + at] = product
      }
    }
    for (let window = 0; window < windows.length; window++) {
      const to = window * displacements
      for (let group = 0; group < groups; group++) {
        const share = windows[window]![group]!
        if (share === 0) continue
        const from = group * displacements
        for (let at = 0; at < displacements; at++) sums[to + at]! += share * products[from + at]!
      }
    }
  }

  return {
    displacement,
    correlation,
    hold: (early) => measure(early, false, means, inverses),
    compare(early, late) {
      if (!measured[late]) measure(late, true, part(movedMeans, late), part(movedInverses, late))
      measured[late] = 1
      sumProducts(early, late)
      for (let window = 0; window < windows.length; window++) {
        for (let at = 0; at < displacements; at++) {
          const here = window * displacements + at
          const scale = movedInverses[late * numbers + here]! * inverses[here]!
          // few depths correlate by chance
          const silent = scale === 0 || shares[here]! < 0.5 * shares[window * displacements + most]!
          const product = sums[here]! / shares[here]! - movedMeans[late * numbers + here]! * means[here]!
          correlations[at] = silent ? 0 : product * scale
        }
        const [found, largest] = summit(correlations, most)
        displacement[window] = found
        correlation[window] = largest
      }
    },
  }
}

/** Correlations so close are equal: that of the smaller displacement counts. */
const rounding = 1e-6

/** Where a parabola through the largest correlation and its neighbours has its summit, and the largest. */
function summit(correlations: Float64Array, most: number): readonly [number, number] {
  let best = most
  for (let at = 0; at < correlations.length; at++) if (correlations[at]! > correlations[best]! + rounding) best = at
  const largest = correlations[best]!
  if (largest <= 0) return [0, 0]
  if (best === 0 || best === correlations.length - 1) return [best - most, largest]
  const [before, after] = [correlations[best - 1]!, correlations[best + 1]!]
  const curvature = before - 2 * largest + after
  return [best - most + (curvature < 0 ? (0.5 * (before - after)) / curvature : 0), largest]
}
