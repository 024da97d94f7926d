import type { LabelledChannels } from '../../measuring.ts'
import { lowBandRate, type FullLabelling } from '../../measuring-parameters.ts'
import type { Attention } from '../attention.ts'
import { designButterworth } from '../butterworth.ts'
import { median } from '../median.ts'
import { filterZeroPhase } from '../zero-phase.ts'
import { estimateSpectra } from './spectrum.ts'

const [good, dead, noisy, outside] = [0, 1, 2, 3]

/** Channels around that a channel is compared with, itself included. */
const neighbours = 11

/** `Measuring.labelChannels`; the traces are changed. */
export async function label(
  traces: Float32Array,
  rule: FullLabelling,
  attention: Attention,
): Promise<LabelledChannels> {
  const { channels, samplingRate, ibl, highPass, margin } = rule
  if (!ibl && highPass !== null) await filter(traces, channels, samplingRate, highPass, 5, attention)
  const inner = traces.subarray(margin[0] * channels, traces.length - margin[1] * channels)
  subtractMeans(inner, channels)
  const segmentSamples = ibl ? 256 : Math.max(Math.floor((10 * samplingRate) / 1000), 1)
  const spectra = await estimateSpectra(
    inner,
    { channels, samplingRate, segmentSamples },
    attention,
    (done) => 0.3 + 0.3 * done,
  )
  const power = highFrequencyPower(spectra, channels, samplingRate)
  const own = await similarities(inner, channels, attention)
  const trend = runningMedians(own, ibl ? repeating : shrinking)
  const similarity = own.map((value, channel) => value - trend[channel]!)
  if (!ibl) {
    const neighbourhood = trend.map((value) => value - 1)
    const labels = labelAll(similarity, power, rule, countOutside(trend, rule.outside + 1), true)
    return { labels, similarity, neighbourhood, power }
  }
  await filter(inner, channels, samplingRate, samplingRate > lowBandRate ? 300 : 1, 3, attention)
  const filtered = await similarities(inner, channels, attention)
  const neighbourhood = runningMedians(filtered, repeating).map((value) => value - 1)
  const labels = labelAll(similarity, power, rule, countOutside(neighbourhood, rule.outside), false)
  return { labels, similarity, neighbourhood, power }
}

function labelAll(
  similarity: Float64Array,
  power: Float64Array,
  rule: FullLabelling,
  outsideCount: number,
  outsideFirst: boolean,
): Uint8Array {
  return Uint8Array.from(similarity, (value, channel) => {
    const isOutside = channel + outsideCount >= similarity.length
    if (isOutside && outsideFirst) return outside
    if (power[channel]! > rule.power || value > rule.noisy) return noisy
    if (value < rule.dead) return dead
    return isOutside ? outside : good
  })
}

/** How many channels up to the last one are below a limit without a gap. */
function countOutside(values: Float64Array, limit: number): number {
  let count = 0
  while (count < values.length && values[values.length - 1 - count]! < limit) count++
  return count
}

async function filter(
  traces: Float32Array,
  channels: number,
  samplingRate: number,
  cutoff: number,
  order: number,
  attention: Attention,
): Promise<void> {
  const cascade = designButterworth(order, { low: cutoff }, samplingRate)
  const signal = new Float64Array(traces.length / channels)
  for (let channel = 0; channel < channels; channel++) {
    if (attention.due()) await attention.rest((0.3 * channel) / channels)
    for (let t = 0, from = channel; t < signal.length; t++, from += channels) signal[t] = traces[from]!
    filterZeroPhase(signal, cascade)
    for (let t = 0, to = channel; t < signal.length; t++, to += channels) traces[to] = signal[t]!
  }
}

/** Means in double precision, the rest in single. */
function subtractMeans(traces: Float32Array, channels: number): void {
  const means = new Float64Array(channels)
  const frames = traces.length / channels
  for (let at = 0; at < traces.length; at += channels) {
    for (let channel = 0; channel < channels; channel++) means[channel]! += traces[at + channel]!
  }
  for (let at = 0; at < traces.length; at += channels) {
    for (let channel = 0; channel < channels; channel++) traces[at + channel]! -= means[channel]! / frames
  }
}

/** `<x, m> / <m, m>` of each channel, with the median over channels less its mean. */
async function similarities(traces: Float32Array, channels: number, attention: Attention): Promise<Float64Array> {
  const frames = traces.length / channels
  const reference = new Float64Array(frames)
  const sorted = new Float32Array(channels)
  for (let t = 0; t < frames; t++) {
    if (t % 64 === 0 && attention.due()) await attention.rest(0.6 + (0.4 * t) / frames)
    sorted.set(traces.subarray(t * channels, (t + 1) * channels))
    reference[t] = median(sorted)
  }
  const mean = reference.reduce((sum, value) => sum + value, 0) / frames
  const products = new Float64Array(channels)
  let energy = 0
  for (let t = 0; t < frames; t++) {
    const value = reference[t]! - mean
    energy += value * value
    for (let channel = 0; channel < channels; channel++) products[channel]! += traces[t * channels + channel]! * value
  }
  return products.map((product) => product / energy)
}

function highFrequencyPower(
  { frequencies, density }: { readonly frequencies: Float64Array; readonly density: Float64Array },
  channels: number,
  samplingRate: number,
): Float64Array {
  const sums = new Float64Array(channels)
  let count = 0
  frequencies.forEach((frequency, bin) => {
    if (frequency <= (samplingRate / 2) * 0.8) return
    count++
    for (let channel = 0; channel < channels; channel++) sums[channel]! += density[bin * channels + channel]!
  })
  return sums.map((sum) => sum / count)
}

type Around = (values: Float64Array, index: number) => Float64Array

/** The values around one: fewer near the ends. */
const shrinking: Around = (values, index) =>
  values.slice(Math.max(index - (neighbours >> 1), 0), index + (neighbours >> 1) + 1)

/** The values around one: those of the ends again beyond them. */
const repeating: Around = (values, index) =>
  Float64Array.from({ length: neighbours }, (_, at) => {
    const place = index + at - (neighbours >> 1)
    return values[Math.min(Math.max(place, 0), values.length - 1)]!
  })

const runningMedians = (values: Float64Array, around: Around): Float64Array =>
  values.map((_, index) => {
    const sorted = around(values, index).toSorted()
    if (sorted.some(Number.isNaN)) return Number.NaN
    return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
  })
