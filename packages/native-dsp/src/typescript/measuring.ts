import type { FrameRange, Measuring } from '../measuring.ts'
import { requireLabelling, requireMaskSearch, requireSpectrum } from '../measuring-parameters.ts'
import { requireFrames } from '../parameters.ts'
import { Attention } from './attention.ts'
import { designDecimation } from './measure/decimation.ts'
import { label } from './measure/labels.ts'
import { mergeRanges, prepareMask } from './measure/mask.ts'
import { estimateSpectra } from './measure/spectrum.ts'
import { noiseLevel } from './noise.ts'

export function createTypeScriptMeasuring(): Measuring {
  return {
    async noiseLevels(traces, { channels }, options = {}) {
      const frames = requireFrames(traces, channels)
      const attention = new Attention(options)
      const input = traces.slice()
      const levels = new Float32Array(channels)
      for (let channel = 0; channel < channels; channel++) {
        if (attention.due()) await attention.rest(channel / channels)
        const samples = new Float32Array(frames)
        for (let t = 0, from = channel; t < frames; t++, from += channels) samples[t] = input[from]!
        levels[channel] = noiseLevel(samples)
      }
      attention.finish()
      return levels
    },

    async rms(traces, { channels }, options = {}) {
      const frames = requireFrames(traces, channels)
      const attention = new Attention(options)
      const input = traces.slice()
      const sums = new Float64Array(channels)
      for (let t = 0; t < frames; t++) {
        if (t % 256 === 0 && attention.due()) await attention.rest(t / frames)
        const from = t * channels
        for (let channel = 0; channel < channels; channel++) sums[channel]! += input[from + channel]! ** 2
      }
      attention.finish()
      return Float32Array.from(sums, (sum) => Math.sqrt(sum / frames))
    },

    async powerSpectralDensity(traces, estimate, options = {}) {
      requireSpectrum(traces, estimate)
      const attention = new Attention(options)
      const spectra = await estimateSpectra(traces.slice(), estimate, attention, (done) => done)
      attention.finish()
      return spectra
    },

    async labelChannels(traces, labelling, options = {}) {
      const rule = requireLabelling(traces, labelling)
      const attention = new Attention(options)
      const labelled = await label(traces.slice(), rule, attention)
      attention.finish()
      return labelled
    },

    async findMasked(counts, search, options = {}) {
      const { columns, take, ...criteria } = requireMaskSearch(counts, search)
      const mask = prepareMask(criteria, columns, take)
      const attention = new Attention(options)
      const input = counts.slice()
      const frames = counts.length / columns
      const found: FrameRange[] = []
      for (let start = 0; start < frames; start += framesAtATime) {
        if (attention.due()) await attention.rest(start / frames)
        const end = Math.min(start + framesAtATime, frames)
        const from = Math.max(start - mask.margin, 0)
        const part = input.subarray(from * columns, Math.min(end + mask.margin, frames) * columns)
        const within = (frame: number): number => Math.min(Math.max(frame + from, start), end)
        found.push(...mask.ranges(part).map((range) => ({ start: within(range.start), end: within(range.end) })))
      }
      attention.finish()
      return mergeRanges(found)
    },

    async decimate(traces, { channels, factor }, options = {}) {
      const frames = requireFrames(traces, channels)
      const { taps, unit, reach } = designDecimation(factor)
      const attention = new Attention(options)
      const input = traces.slice()
      const results = Math.ceil(frames / factor)
      const decimated = new Float32Array(results * channels)
      const sums = new Float64Array(channels)
      for (let result = 0; result < results; result++) {
        if (attention.due()) await attention.rest(result / results)
        sums.fill(0)
        for (let tap = 0; tap < taps.length; tap++) {
          const from = Math.min(Math.max(result * factor + tap - reach, 0), frames - 1) * channels
          for (let channel = 0; channel < channels; channel++) sums[channel]! += taps[tap]! * input[from + channel]!
        }
        for (let channel = 0; channel < channels; channel++) {
          decimated[result * channels + channel] = sums[channel]! / unit
        }
      }
      attention.finish()
      return decimated
    },
  }
}

const framesAtATime = 4096
