import type { Detecting, TemporalSvd, WaveformShape } from '../detecting.ts'
import type { OperationOptions } from '../dsp.ts'
import type { Pass } from '../pass.ts'
import { placesOf } from '../typescript/detecting/waveforms.ts'
import { extractWaveforms, readWaveforms, type PassPlaces, type PassWaveformShape } from './waveforms.ts'

export interface PassFeatureShape extends PassWaveformShape {
  /** Rows within a radius have features; or all, or the peak's alone. */
  readonly around: WaveformShape['around']
  readonly components: number
  /** Evenly chosen from all, in order of time; 5000 if not given. */
  readonly fittedPeaks?: number | undefined
  /** Instead of fitting one. */
  readonly svd?: TemporalSvd | undefined
}

export interface PeakFeatures {
  /** `peaks * components * places`; 0 where a peak has no row. */
  readonly data: Float32Array
  readonly components: number
  readonly places: number
  /** `peaks * places`: the row at each place; -1 where a peak has fewer. */
  readonly rows: Int32Array
  readonly svd: TemporalSvd
}

/**
 * Features of the peaks of a pass: snippets of all rows around them in terms of shapes in time, which are fitted to
 * snippets of some peaks on their own rows. Snippets are never all in memory.
 */
export async function extractFeatures(
  dsp: Detecting,
  pass: Pass,
  peaks: PassPlaces,
  shape: PassFeatureShape,
  { signal, onProgress }: OperationOptions = {},
): Promise<PeakFeatures> {
  const count = peaks.sampleIndex.length
  const svd =
    shape.svd ?? (await fitToPass(dsp, pass, peaks, shape, { signal, onProgress: report(onProgress, 0, 0.5) }))
  const { components } = svd
  const { rows: channels, before, after, around } = shape
  const places = placesOf({ channels, before, after, around })
  const size = components * places
  const rows = new Int32Array(count * places)
  const data = new Float32Array(count * size)
  const options = { signal, onProgress: report(onProgress, shape.svd ? 0 : 0.5, 1) }
  for await (const { peaks: chosen, waveforms } of readWaveforms(pass, peaks, shape, options)) {
    const projected = await dsp.projectWaveforms(waveforms, svd, { signal })
    for (const [index, peak] of chosen.entries()) {
      data.set(projected.subarray(index * size, (index + 1) * size), peak * size)
      rows.set(waveforms.channels.subarray(index * places, (index + 1) * places), peak * places)
    }
  }
  return { data, components, places, rows, svd }
}

async function fitToPass(
  dsp: Detecting,
  pass: Pass,
  peaks: PassPlaces,
  { rows, segments, before, after, components, fittedPeaks = 5000 }: PassFeatureShape,
  options: OperationOptions,
): Promise<TemporalSvd> {
  const whole = Array.from(peaks.sampleIndex, (_, index) => index).filter((index) => {
    const frame = peaks.sampleIndex[index]!
    return frame >= before && frame + after <= (segments[peaks.segment[index]!] ?? 0)
  })
  const step = Math.max(1, whole.length / fittedPeaks)
  const some = Array.from({ length: Math.floor(whole.length / step) }, (_, index) => whole[Math.floor(index * step)]!)
  const chosen = {
    segment: Int32Array.from(some, (index) => peaks.segment[index]!),
    sampleIndex: Float64Array.from(some, (index) => peaks.sampleIndex[index]!),
    row: Int32Array.from(some, (index) => peaks.row[index]!),
  }
  const shape = { rows, segments, before, after, around: 'peak' } as const
  const { data, frames } = await extractWaveforms(pass, chosen, shape, options)
  return dsp.fitTemporalSvd({ data, frames, peak: before }, { components }, { signal: options.signal })
}

function report(onProgress: OperationOptions['onProgress'], from: number, to: number): OperationOptions['onProgress'] {
  return onProgress && ((fraction) => onProgress(from + (to - from) * fraction))
}
