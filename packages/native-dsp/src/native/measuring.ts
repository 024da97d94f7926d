import type { FrameRange, LabelledChannels, Measuring, PowerSpectra } from '../measuring.ts'
import { requireLabelling, requireMaskSearch, requireSpectrum } from '../measuring-parameters.ts'
import { requireFrames } from '../parameters.ts'
import { designDecimation } from '../typescript/measure/decimation.ts'
import { requireMask } from '../typescript/measure/mask-check.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation } from './operation.ts'

/** What `crates/node` exports for this area. */
export interface MeasuringBinding {
  noiseLevels(traces: Float32Array, channels: number, ...control: Control): Promise<Float32Array>
  rms(traces: Float32Array, channels: number, ...control: Control): Promise<Float32Array>
  powerSpectralDensity(
    traces: Float32Array,
    channels: number,
    samplingRate: number,
    segmentSamples: number,
    ...control: Control
  ): Promise<PowerSpectra>
  labelChannels(
    traces: Float32Array,
    channels: number,
    rule: NativeLabelling,
    ...control: Control
  ): Promise<LabelledChannels>
  findMasked(
    counts: Int16Array,
    columns: number,
    take: readonly number[],
    criteria: NativeMask,
    ...control: Control
  ): Promise<Float64Array>
  decimate(traces: Float32Array, channels: number, factor: number, ...control: Control): Promise<Float32Array>
}

export interface NativeLabelling {
  readonly ibl: boolean
  readonly samplingRate: number
  readonly highPass?: number
  readonly marginBefore: number
  readonly marginAfter: number
  readonly deadThreshold: number
  readonly noisyThreshold: number
  readonly outsideThreshold: number
  readonly powerThreshold: number
}

export interface NativeMask {
  readonly flatFrames?: number
  readonly saturation?: {
    readonly level: number
    readonly slope: number
    readonly share: number
    readonly widenFrames: number
  }
}

export function createNativeMeasuring(binding: Binding): Measuring {
  return {
    async noiseLevels(traces, { channels }, options = {}) {
      requireFrames(traces, channels)
      return runOperation(binding, options, (...control) => binding.noiseLevels(traces, channels, ...control))
    },

    async rms(traces, { channels }, options = {}) {
      requireFrames(traces, channels)
      return runOperation(binding, options, (...control) => binding.rms(traces, channels, ...control))
    },

    async powerSpectralDensity(traces, estimate, options = {}) {
      requireSpectrum(traces, estimate)
      const { channels, samplingRate, segmentSamples } = estimate
      return runOperation(binding, options, (...control) =>
        binding.powerSpectralDensity(traces, channels, samplingRate, segmentSamples, ...control),
      )
    },

    async labelChannels(traces, labelling, options = {}) {
      const { channels, ibl, samplingRate, highPass, ...full } = requireLabelling(traces, labelling)
      const rule = {
        ibl,
        samplingRate,
        ...(highPass === null ? {} : { highPass }),
        marginBefore: full.margin[0],
        marginAfter: full.margin[1],
        deadThreshold: full.dead,
        noisyThreshold: full.noisy,
        outsideThreshold: full.outside,
        powerThreshold: full.power,
      }
      return runOperation(binding, options, (...control) => binding.labelChannels(traces, channels, rule, ...control))
    },

    async findMasked(counts, search, options = {}) {
      const { columns, take, flatFrames, saturation } = requireMaskSearch(counts, search)
      requireMask({ flatFrames, saturation }, columns, take)
      const criteria = { ...(flatFrames === null ? {} : { flatFrames }), ...(saturation ? { saturation } : {}) }
      const bounds = await runOperation(binding, options, (...control) =>
        binding.findMasked(counts, columns, take, criteria, ...control),
      )
      return toRanges(bounds)
    },

    async decimate(traces, { channels, factor }, options = {}) {
      requireFrames(traces, channels)
      designDecimation(factor) // refuses what no filter is for
      return runOperation(binding, options, (...control) => binding.decimate(traces, channels, factor, ...control))
    },
  }
}

/** From starts and ends in turn. */
const toRanges = (bounds: Float64Array): FrameRange[] =>
  Array.from({ length: bounds.length / 2 }, (_, index) => {
    const [start = 0, end = 0] = bounds.subarray(2 * index)
    return { start, end }
  })
