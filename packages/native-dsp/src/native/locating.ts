import type { Locating } from '../locating.ts'
import {
  requireCorrection,
  requireEstimation,
  requireLocation,
  type ResolvedEstimation,
  type ResolvedMethod,
} from '../locating-parameters.ts'
import { locationsOf } from '../locating-results.ts'
import { chooseThreads } from '../parameters.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation } from './operation.ts'

/** What `crates/node` exports for this area. */
export interface LocatingBinding {
  /** As many numbers per peak as the method has dimensions. */
  locatePeaks(
    traces: Float32Array,
    positions: readonly number[],
    sampleIndex: Float64Array,
    channel: Int32Array,
    method: NativeMethod,
    threads: number,
    ...control: Control
  ): Promise<Float64Array>
  estimateMotion(
    times: Float64Array,
    depths: Float64Array,
    amplitudes: Float64Array,
    estimation: Omit<ResolvedEstimation, 'windows'> & { readonly step: number; readonly scale: number },
    threads: number,
    ...control: Control
  ): Promise<NativeMotion>
  correctMotion(
    traces: Float32Array,
    positions: readonly number[],
    correction: {
      readonly samplingRate: number
      readonly firstFrame: number
      readonly sigma: number
      readonly power: number
    },
    motion: NativeMotion,
    ...control: Control
  ): Promise<Float32Array>
}

export interface NativeMethod extends Omit<ResolvedMethod, 'prototype'> {
  readonly before: number
  readonly after: number
  readonly prototype?: readonly number[]
}

export interface NativeMotion {
  readonly times: Float64Array
  readonly depths: Float64Array
  readonly displacement: Float64Array
}

const dimensions = { 'center-of-mass': 2, monopolar: 4, grid: 3 } as const

export function createNativeLocating(binding: Binding): Locating {
  return {
    async locatePeaks(traces, location, options = {}) {
      const { prototype, ...method } = requireLocation(traces, location)
      const { before, after } = location
      const native = { ...method, before, after, ...(prototype ? { prototype } : {}) }
      const positions = Array.from(location.positions)
      const [sampleIndex, channel] = [Float64Array.from(location.sampleIndex), Int32Array.from(location.channel)]
      const threads = chooseThreads(options.threads)
      const located = await runOperation(binding, options, (...control) =>
        binding.locatePeaks(traces, positions, sampleIndex, channel, native, threads, ...control),
      )
      return locationsOf(located, dimensions[method.kind])
    },

    async estimateMotion(peaks, estimation, options = {}) {
      const { windows, ...resolved } = requireEstimation(peaks, estimation)
      const [times, depths] = [Float64Array.from(peaks.times), Float64Array.from(peaks.depths)]
      const amplitudes = Float64Array.from(peaks.amplitudes)
      const threads = chooseThreads(options.threads)
      // no step: rigid
      const flat = { ...resolved, step: windows?.step ?? 0, scale: windows?.scale ?? 0 }
      const motion = await runOperation(binding, options, (...control) =>
        binding.estimateMotion(times, depths, amplitudes, flat, threads, ...control),
      )
      return {
        times: Array.from(motion.times),
        depths: Array.from(motion.depths),
        displacement: Array.from(motion.displacement),
      }
    },

    async correctMotion(traces, correction, options = {}) {
      const { sigma, power, firstFrame } = requireCorrection(traces, correction)
      const { samplingRate, motion } = correction
      const native = {
        times: Float64Array.from(motion.times),
        depths: Float64Array.from(motion.depths),
        displacement: Float64Array.from(motion.displacement),
      }
      const positions = Array.from(correction.positions)
      return runOperation(binding, options, (...control) =>
        binding.correctMotion(traces, positions, { samplingRate, firstFrame, sigma, power }, native, ...control),
      )
    },
  }
}
