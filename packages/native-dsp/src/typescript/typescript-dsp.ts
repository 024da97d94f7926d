import type { Dsp, OperationOptions } from '../dsp.ts'
import { requireBandPass, requireFrames, requireHighPass, requirePhaseShift } from '../parameters.ts'
import { Attention } from './attention.ts'
import { prepareSteps, type ChannelSteps } from './channels.ts'
import { createTypeScriptDetecting } from './detecting.ts'
import { createTypeScriptMeasuring } from './measuring.ts'
import { createTypeScriptPassing } from './passing.ts'
import { createTypeScriptLocating } from './locating.ts'
import { subtractMedian } from './reference.ts'
import { createTypeScriptReferencing } from './referencing.ts'
import { openTypescriptSimulation } from './simulate/open.ts'

/**
 * The interface in TypeScript: on the event loop's thread, in slices of a few milliseconds.
 *
 * @param reason why there is no native implementation, or null if this one was asked for
 */
export function createTypeScriptDsp(reason: string | null): Dsp {
  return {
    ...createTypeScriptPassing(),
    implementation: 'typescript',
    reason,

    async highPass(traces, filter, options = {}) {
      requireFrames(traces, filter.channels)
      requireHighPass(filter)
      const { samplingRate, order, cutoff } = filter
      return runSteps(traces, filter.channels, prepareSteps({ samplingRate, filter: { order, low: cutoff } }), options)
    },

    async bandPass(traces, filter, options = {}) {
      requireFrames(traces, filter.channels)
      requireBandPass(filter)
      return runSteps(traces, filter.channels, prepareSteps({ samplingRate: filter.samplingRate, filter }), options)
    },

    async shiftPhase(traces, { channels, shifts }, options = {}) {
      requireFrames(traces, channels)
      requirePhaseShift({ channels, shifts })
      const steps = prepareSteps({ samplingRate: Number.NaN, shifts: Array.from(shifts) })
      return runSteps(traces, channels, steps, options)
    },

    async subtractCommonMedian(traces, { channels }, options = {}) {
      const frames = requireFrames(traces, channels)
      const attention = new Attention(options)
      const result = traces.slice()
      await subtractMedian(result, channels, attention, (frame) => frame / frames)
      attention.finish()
      return result
    },

    ...createTypeScriptDetecting(),
    ...createTypeScriptMeasuring(),
    ...createTypeScriptLocating(),
    ...createTypeScriptReferencing(),
    openSimulation: openTypescriptSimulation,
  }
}

async function runSteps(
  traces: Float32Array,
  channels: number,
  steps: ChannelSteps,
  options: OperationOptions,
): Promise<Float32Array> {
  const attention = new Attention(options)
  const result = traces.slice()
  const frames = traces.length / channels
  const signal = new Float64Array(frames)
  const spare = new Float64Array(frames)
  for (let channel = 0; channel < channels; channel++) {
    if (attention.due()) await attention.rest(channel / channels)
    for (let t = 0, from = channel; t < frames; t++, from += channels) signal[t] = result[from]!
    const done = steps.run(channel, signal, spare)
    for (let t = 0, to = channel; t < frames; t++, to += channels) result[to] = done[t]!
  }
  attention.finish()
  return result
}
