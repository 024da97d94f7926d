import { availableParallelism } from 'node:os'
import type { Dsp } from '../dsp.ts'
import { requireBandPass, requireFrames, requireHighPass, requirePhaseShift } from '../parameters.ts'
import { planRecording } from '../recording-plan.ts'
import { openNativeSimulation } from '../simulate-native.ts'
import { createTypeScriptDsp } from '../typescript/typescript-dsp.ts'
import type { Binding } from './binding.ts'
import { createNativeDetecting } from './detecting.ts'
import { createNativeMeasuring } from './measuring.ts'
import { createNativeLocating } from './locating.ts'
import { runOperation } from './operation.ts'
import { createNativePassing } from './passing.ts'
import { createNativeReferencing } from './referencing.ts'

/** The interface over a loaded binding. A recording that is not one flat file is read, and preprocessed, by TypeScript. */
export function createNativeDsp(binding: Binding): Dsp {
  return {
    ...createNativePassing(binding),
    implementation: 'native',
    reason: null,

    async highPass(traces, filter, options = {}) {
      requireFrames(traces, filter.channels)
      requireHighPass(filter)
      const { channels, samplingRate, order, cutoff } = filter
      return runOperation(binding, options, (...control) =>
        binding.highPass(traces, channels, samplingRate, order, cutoff, ...control),
      )
    },

    async bandPass(traces, filter, options = {}) {
      requireFrames(traces, filter.channels)
      requireBandPass(filter)
      const { channels, samplingRate, order, low, high } = filter
      return runOperation(binding, options, (...control) =>
        binding.bandPass(traces, channels, samplingRate, order, low, high, ...control),
      )
    },

    async shiftPhase(traces, shift, options = {}) {
      requireFrames(traces, shift.channels)
      requirePhaseShift(shift)
      return runOperation(binding, options, (...control) =>
        binding.shiftPhase(traces, shift.channels, Array.from(shift.shifts), ...control),
      )
    },

    async subtractCommonMedian(traces, { channels }, options = {}) {
      requireFrames(traces, channels)
      return runOperation(binding, options, (...control) => binding.subtractCommonMedian(traces, channels, ...control))
    },

    ...createNativeDetecting(binding),
    ...createNativeMeasuring(binding),
    ...createNativeLocating(binding),
    ...createNativeReferencing(binding),

    async preprocessRecording(recording, chain, options) {
      const { location } = recording
      if (!location) return createTypeScriptDsp(null).preprocessRecording(recording, chain, options)
      const { columns, ...plan } = planRecording(recording, chain, options)
      const job = {
        ...plan,
        path: location.path,
        columns: location.columns,
        segments: recording.segments.map(({ frames }) => frames),
        channels: columns,
        detection: { ...plan.detection, sign: 'negative', method: 'locally-exclusive' } as const,
        threads: options.threads ?? Math.min(availableParallelism(), mostThreads),
      }
      const { noiseLevels, peaks, segment } = await runOperation(binding, options, (...control) =>
        binding.preprocessRecording(job, ...control),
      )
      const channels = Int32Array.from(plan.channels)
      const channel = peaks.channel.map((index) => channels[index] ?? -1)
      return { channels, noiseLevels, peaks: { ...peaks, channel, segment } }
    },

    openSimulation: (parameters) => openNativeSimulation(binding, parameters),
  }
}

/** Each thread holds a block of its own. */
const mostThreads = 8
