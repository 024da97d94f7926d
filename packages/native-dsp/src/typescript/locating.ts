import type { Locating } from '../locating.ts'
import { requireCorrection, requireEstimation, requireLocation } from '../locating-parameters.ts'
import { locationsOf } from '../locating-results.ts'
import { requireThreads } from '../parameters.ts'
import { Attention } from './attention.ts'
import { dimensions, locate } from './location/locate.ts'
import { prepareMotionCorrection } from './motion/correction.ts'
import { estimate } from './motion/estimate.ts'

/** Frames that are corrected between two looks at the clock. */
const framesAtOnce = 64

/** The area in TypeScript: on the event loop's thread, in slices of a few milliseconds. */
export function createTypeScriptLocating(): Locating {
  return {
    async locatePeaks(traces, location, options = {}) {
      requireThreads(options.threads)
      const method = requireLocation(traces, location)
      const attention = new Attention(options)
      const { channels, before, after } = location
      const [positions, sampleIndex] = [Float64Array.from(location.positions), Float64Array.from(location.sampleIndex)]
      const channel = Int32Array.from(location.channel)
      const copy = { channels, before, after, positions, sampleIndex, channel, method: location.method }
      const located = await locate(traces.slice(), copy, method, attention)
      attention.finish()
      return locationsOf(located, dimensions[method.kind])
    },

    async estimateMotion(peaks, estimation, options = {}) {
      requireThreads(options.threads)
      const resolved = requireEstimation(peaks, estimation)
      const attention = new Attention(options)
      const [times, depths] = [Float64Array.from(peaks.times), Float64Array.from(peaks.depths)]
      const copy = { times, depths, amplitudes: Float64Array.from(peaks.amplitudes) }
      const motion = await estimate(copy, resolved, attention)
      attention.finish()
      return motion
    },

    async correctMotion(traces, correction, options = {}) {
      const { sigma, power, firstFrame } = requireCorrection(traces, correction)
      const { channels, samplingRate, motion } = correction
      const attention = new Attention(options)
      const positions = Array.from(correction.positions)
      const plan = { kind: 'motion-correction', positions, sigma, power, motion: [structuredClone(motion)] } as const
      const step = prepareMotionCorrection(plan, samplingRate)
      const result = traces.slice()
      const size = framesAtOnce * channels
      for (let start = 0; start < result.length; start += size) {
        if (attention.due()) await attention.rest(start / result.length)
        const data = result.subarray(start, start + size)
        const frame = start / channels
        const ends = { atStart: start === 0, atEnd: start + size >= result.length }
        step.apply({ data, channels, firstFrame: firstFrame + frame, segment: 0, ...ends, masked: [] })
      }
      attention.finish()
      return result
    },
  }
}
