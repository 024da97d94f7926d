import type { OperationOptions } from '../dsp.ts'
import type { Filtering } from '../filtering.ts'
import { defaultTaps, requirePhaseShift, requireTraceFilter } from '../filtering-parameters.ts'
import { Attention } from './attention.ts'
import { designDelay } from './delay-design.ts'
import { designFilter } from './filter-design.ts'
import { delay } from './phase-shift.ts'
import { filterCausal, filterZeroPhase } from './zero-phase.ts'

export function createTypeScriptFiltering(): Filtering {
  return {
    async filter(traces, filter, options = {}) {
      requireTraceFilter(traces, filter)
      const cascade = designFilter(filter, filter.samplingRate)
      const run = filter.direction === 'causal' ? filterCausal : filterZeroPhase
      return eachChannel(traces, filter.channels, options, (signal) => {
        run(signal, cascade)
        return signal
      })
    },

    async shiftPhase(traces, shift, options = {}) {
      requirePhaseShift(traces, shift)
      const { channels, shifts, taps = defaultTaps } = shift
      const designed = new Map(
        Array.from(new Set(Array.from(shifts)), (value) => [value, designDelay(value, taps).taps]),
      )
      const spare = new Float64Array(traces.length / channels)
      return eachChannel(traces, channels, options, (signal, channel) => {
        const filter = designed.get(shifts[channel] ?? 0)
        if (!filter) return signal
        delay(signal, filter, spare)
        return spare
      })
    },
  }
}

/** What the function makes of each channel of a copy of the traces; it may change what it is given. */
async function eachChannel(
  traces: Float32Array,
  channels: number,
  options: OperationOptions,
  run: (signal: Float64Array, channel: number) => Float64Array,
): Promise<Float32Array> {
  const attention = new Attention(options)
  const result = traces.slice()
  const frames = traces.length / channels
  const signal = new Float64Array(frames)
  for (let channel = 0; channel < channels; channel++) {
    if (attention.due()) await attention.rest(channel / channels)
    for (let t = 0, from = channel; t < frames; t++, from += channels) signal[t] = result[from]!
    const done = run(signal, channel)
    for (let t = 0, to = channel; t < frames; t++, to += channels) result[to] = done[t]!
  }
  attention.finish()
  return result
}
