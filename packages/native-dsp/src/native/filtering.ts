import type { Filtering } from '../filtering.ts'
import { defaultTaps, requirePhaseShift, requireTraceFilter } from '../filtering-parameters.ts'
import type { FilterPlan } from '../plan.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation } from './operation.ts'

/** What `crates/node` exports for this area. */
export interface FilteringBinding {
  filter(
    traces: Float32Array,
    channels: number,
    samplingRate: number,
    filter: FilterPlan,
    ...control: Control
  ): Promise<Float32Array>
  shiftPhase(
    traces: Float32Array,
    channels: number,
    shifts: readonly number[],
    taps: number,
    ...control: Control
  ): Promise<Float32Array>
}

export function createNativeFiltering(binding: Binding): Filtering {
  return {
    async filter(traces, filter, options = {}) {
      requireTraceFilter(traces, filter)
      return runOperation(binding, options, (...control) =>
        binding.filter(traces, filter.channels, filter.samplingRate, filter, ...control),
      )
    },

    async shiftPhase(traces, shift, options = {}) {
      requirePhaseShift(traces, shift)
      const { channels, shifts, taps = defaultTaps } = shift
      return runOperation(binding, options, (...control) =>
        binding.shiftPhase(traces, channels, Array.from(shifts), taps, ...control),
      )
    },
  }
}
