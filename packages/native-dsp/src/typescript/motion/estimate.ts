import { InvalidParameterError } from '../../errors.ts'
import type { MovingPeaks } from '../../locating.ts'
import type { ResolvedEstimation } from '../../locating-parameters.ts'
import type { Motion } from '../../motion.ts'
import type { Attention } from '../attention.ts'
import { align, type PairDisplacements } from './alignment.ts'
import { createComparison } from './comparison.ts'
import { binsOver, countPeaks, grain, type Histograms } from './histograms.ts'
import { windowCenters, windowWeights } from './windows.ts'

/** Pairs of bins less than so far apart are all compared; beyond, half as many for each doubling of the distance. */
const denseDelays = 32

/** Of windows, delays and time bins, and of time, amplitude and depth bins. */
const mostNumbers = 2e8

/** Decentralised registration, as `Locating.estimateMotion` tells. */
export async function estimate(
  peaks: MovingPeaks,
  estimation: ResolvedEstimation,
  attention: Attention,
): Promise<Motion> {
  const { low, high, timeBin, depthBin, windows } = estimation
  const times = binsOver(estimation.duration / timeBin)
  const depths = windowCenters(windows, low, high)
  const delays = delaysUpTo(Math.floor(Math.min(estimation.horizon / timeBin, times - 1)))
  const most = Math.ceil(estimation.mostDisplacement / depthBin)
  const counts = estimation.amplitudeBins * ((high - low) / depthBin + 2 * most)
  if (times * Math.max(depths.length * delays.length, counts) > mostNumbers) {
    throw new InvalidParameterError('timeBin', timeBin, 'a larger value: there are too many bins')
  }
  const histograms = await countPeaks(peaks, estimation, most, attention)
  const places = Array.from({ length: histograms.depths / grain }, (_, group) => low + (group + 0.5) * grain * depthBin)
  const weights = depths.map((center) => windowWeights(windows, depths.length === 1, center, places))
  const pairs = await comparePairs(histograms, weights, delays, estimation, attention)
  const found = await align(pairs, 2 * depthBin, attention)
  const centered = depths.map((_, window) => centerOnMedian(found.subarray(window * times, (window + 1) * times)))
  return {
    times: Array.from({ length: times }, (_, bin) => (bin + 0.5) * timeBin),
    depths,
    displacement: Array.from({ length: times }, (_, bin) => centered.map((values) => values[bin]!)).flat(),
  }
}

async function comparePairs(
  histograms: Histograms,
  weights: readonly Float64Array[],
  delays: readonly number[],
  { depthBin, leastCorrelation }: ResolvedEstimation,
  attention: Attention,
): Promise<PairDisplacements> {
  const { times } = histograms
  const length = weights.length * delays.length * times
  const pairs = {
    times,
    windows: weights.length,
    delays,
    displacement: new Float32Array(length),
    weight: new Float32Array(length),
  }
  const comparison = createComparison(histograms, weights)
  const binWidth = Math.fround(depthBin)
  for (let early = 0; early < times; early++) {
    comparison.hold(early)
    for (let index = 0; index < delays.length && early + delays[index]! < times; index++) {
      if (attention.due()) await attention.rest((0.9 * early) / times)
      comparison.compare(early, early + delays[index]!)
      for (let window = 0; window < weights.length; window++) {
        const at = (window * delays.length + index) * times + early
        const correlation = comparison.correlation[window]!
        pairs.displacement[at] = comparison.displacement[window]! * binWidth
        pairs.weight[at] = correlation >= leastCorrelation ? correlation * correlation : 0
      }
    }
  }
  return pairs
}

/** All delays up to `denseDelays`, then every second, every fourth and so on, as far as `longest`. */
function delaysUpTo(longest: number): number[] {
  const delays: number[] = []
  for (let at = 1, step = 1; at <= longest; at += step) {
    delays.push(at)
    if (at >= denseDelays * step) step *= 2
  }
  return delays
}

/** Of an even number, the upper of the two in the middle. */
function centerOnMedian(values: Float64Array): Float64Array {
  const median = values.toSorted()[Math.floor(values.length / 2)]!
  return values.map((value) => value - median)
}
