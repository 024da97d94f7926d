import { InvalidParameterError } from '../errors.ts'
import type { FilterPlan } from '../plan.ts'
import { designButterworth } from './butterworth.ts'
import type { Cascade } from './cascade.ts'

/** The sections of one pass of a filter, as SciPy's `butter(..., output="sos")` and `iirnotch` make them. */
export function designFilter(filter: FilterPlan, samplingRate: number): Cascade {
  switch (filter.kind) {
    case 'high-pass':
      return designButterworth(filter.order, { low: filter.cutoff }, samplingRate)
    case 'low-pass':
      return designButterworth(filter.order, { high: filter.cutoff }, samplingRate)
    case 'band-pass':
      return designButterworth(filter.order, filter, samplingRate)
    case 'notch':
      return designNotch(filter.frequency, filter.quality, samplingRate)
    case 'catgt-butterworth':
      throw new InvalidParameterError('filters', filter.kind, 'a filter in the time domain, or the method `catgt`')
  }
}

/**
 * A second-order notch, as `scipy.signal.iirnotch(frequency, quality, fs)` designs it.
 *
 * With `w = 2 pi frequency / fs`, `g = 1 / (1 + tan(w / (2 quality)))`: zeros on the unit circle at `w`, the gain is 1
 * at 0 and at half the sampling rate. After S. J. Orfanidis, Introduction to Signal Processing (1996), 11.3.
 */
function designNotch(frequency: number, quality: number, samplingRate: number): Cascade {
  const angle = (2 * Math.PI * frequency) / samplingRate
  const gain = 1 / (1 + Math.tan(angle / quality / 2))
  const middle = -2 * gain * Math.cos(angle)
  return [{ b: [gain, middle, gain], a: [middle, 2 * gain - 1] }]
}
