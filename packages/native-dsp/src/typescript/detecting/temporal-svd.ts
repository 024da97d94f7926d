import type { MainWaveforms, TemporalSvd, Waveforms } from '../../detecting.ts'
import { noWaveforms, tooFewWaveforms } from '../../detecting-parameters.ts'
import type { Attention } from '../attention.ts'
import { decompose } from '../eigen.ts'

const waveformsPerLook = 64

export async function fitSvd(
  { data, frames, peak }: MainWaveforms,
  components: number,
  attention: Attention,
): Promise<TemporalSvd> {
  const products = new Float64Array(frames * frames)
  let used = 0
  for (let start = 0, count = 0; start < data.length; start += frames, count++) {
    if (count % waveformsPerLook === 0 && attention.due()) await attention.rest((0.9 * start) / data.length)
    const waveform = data.subarray(start, start + frames)
    if (!isCentred(waveform, peak)) continue
    used++
    // turning a waveform changes no product
    for (let row = 0; row < frames; row++) {
      const a = waveform[row]!
      for (let column = 0; column < frames; column++) products[row * frames + column]! += a * waveform[column]!
    }
  }
  if (used < components) throw tooFewWaveforms(used)
  const { values, vectors } = await decompose(products, frames, attention, 0.9)
  const largest = Array.from(values.keys())
    .toSorted((a, b) => values[b]! - values[a]!)
    .slice(0, components)
  const basis = new Float32Array(components * frames)
  for (const [component, from] of largest.entries()) {
    const vector = Float64Array.from({ length: frames }, (_, at) => vectors[at * frames + from]!)
    basis.set(upright(vector), component * frames)
  }
  const singularValues = Float64Array.from(largest, (from) => Math.sqrt(Math.max(0, values[from]!)))
  return { basis, frames, components, singularValues, used }
}

/** Whether the first of the largest absolute samples is at `peak`. */
function isCentred(waveform: Float32Array, peak: number): boolean {
  const height = Math.abs(waveform[peak]!)
  return (
    height > 0 &&
    Number.isFinite(height) &&
    waveform.every((sample, at) => (at < peak ? Math.abs(sample) < height : Math.abs(sample) <= height))
  )
}

/** The vector with its largest entry positive. */
function upright(vector: Float64Array): Float64Array {
  const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0)
  return largest < 0 ? vector.map((value) => -value) : vector
}

export async function project(
  { data, frames, places }: Waveforms,
  { basis, components }: TemporalSvd,
  attention: Attention,
): Promise<Float32Array> {
  const size = Math.max(1, frames * places)
  const peaks = data.length / size
  const features = new Float32Array(peaks * components * places)
  for (let peak = 0, to = 0; peak < peaks; peak++) {
    if (peak % waveformsPerLook === 0 && attention.due()) await attention.rest(peak / peaks)
    for (let component = 0; component < components; component++) {
      for (let place = 0; place < places; place++, to++) {
        let sum = 0
        let from = peak * size + place
        for (let at = component * frames; at < (component + 1) * frames; at++, from += places) {
          sum += basis[at]! * data[from]!
        }
        features[to] = sum
      }
    }
  }
  return features
}

export async function medianShape({ data, frames, peak }: MainWaveforms, attention: Attention): Promise<Float32Array> {
  const usable: Float32Array[] = []
  for (let start = 0; start < data.length; start += frames) {
    const waveform = data.subarray(start, start + frames)
    if (waveform[peak] !== 0 && waveform.every(Number.isFinite)) usable.push(waveform)
  }
  if (usable.length === 0) throw noWaveforms()
  const prototype = new Float32Array(frames)
  const middle = Math.floor(usable.length / 2)
  for (let at = 0; at < frames; at++) {
    if (attention.due()) await attention.rest(at / frames)
    const values = Float32Array.from(usable, (waveform) => waveform[at]! / Math.abs(waveform[peak]!)).toSorted()
    const lower = values[usable.length % 2 === 0 ? middle - 1 : middle]!
    prototype[at] = Math.fround(lower + values[middle]!) / 2
  }
  return prototype
}
