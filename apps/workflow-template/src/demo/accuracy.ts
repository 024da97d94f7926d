/** Events in one recording: when (samples) and where (µm). Sorted by sample. */
export interface PlacedEvents {
  readonly samples: ArrayLike<number>
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
}

export interface Accuracy {
  readonly spikes: number
  readonly peaks: number
  /** Spikes and peaks that belong together, one to one. */
  readonly matched: number
  /** Further peaks at a spike that is matched already. */
  readonly second: number
  /** `matched / spikes`. */
  readonly recall: number
  /** `matched / (peaks - second)`. */
  readonly precision: number
}

/** How far apart in time and on the probe a spike and its peak may be. */
export interface Tolerance {
  readonly samples: number
  readonly micrometers: number
}

/**
 * Compares detected peaks with the spikes that were put in. Pairs within the tolerance are matched one to one, those
 * closest in time first.
 */
export function measureAccuracy(spikes: PlacedEvents, peaks: PlacedEvents, tolerance: Tolerance): Accuracy {
  const pairs = findPairs(spikes, peaks, tolerance)
  const matchedSpikes = new Set<number>()
  const matchedPeaks = new Set<number>()
  for (const { spike, peak } of pairs.toSorted((a, b) => a.lag - b.lag || a.distance - b.distance)) {
    if (matchedSpikes.has(spike) || matchedPeaks.has(peak)) continue
    matchedSpikes.add(spike)
    matchedPeaks.add(peak)
  }
  const matched = matchedSpikes.size
  const second = new Set(pairs.map(({ peak }) => peak).filter((peak) => !matchedPeaks.has(peak))).size
  const counted = peaks.samples.length - second
  return {
    spikes: spikes.samples.length,
    peaks: peaks.samples.length,
    matched,
    second,
    recall: spikes.samples.length === 0 ? Number.NaN : matched / spikes.samples.length,
    precision: counted === 0 ? Number.NaN : matched / counted,
  }
}

interface Pair {
  readonly spike: number
  readonly peak: number
  readonly lag: number
  readonly distance: number
}

/** Every spike with every peak that is near enough. */
function findPairs(spikes: PlacedEvents, peaks: PlacedEvents, { samples, micrometers }: Tolerance): Pair[] {
  const pairs: Pair[] = []
  let first = 0
  for (let spike = 0; spike < spikes.samples.length; spike += 1) {
    const at = spikes.samples[spike] ?? 0
    while (first < peaks.samples.length && (peaks.samples[first] ?? 0) < at - samples) first += 1
    for (let peak = first; peak < peaks.samples.length && (peaks.samples[peak] ?? 0) <= at + samples; peak += 1) {
      const distance = Math.hypot(
        (peaks.x[peak] ?? 0) - (spikes.x[spike] ?? 0),
        (peaks.y[peak] ?? 0) - (spikes.y[spike] ?? 0),
      )
      if (distance <= micrometers) pairs.push({ spike, peak, lag: Math.abs((peaks.samples[peak] ?? 0) - at), distance })
    }
  }
  return pairs
}
