import type { SpatialPlan } from '../plan.ts'
import type { OverChannels, Referencing } from '../referencing.ts'
import { requireOverChannels, requireWhitening, whiteningEpsilon } from '../referencing-parameters.ts'
import type { OperationOptions } from '../dsp.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation } from './operation.ts'
import { nativeStep } from './passing.ts'

/** What `crates/node` exports for this area. */
export interface ReferencingBinding {
  applySpatial(traces: Float32Array, channels: number, step: object, ...control: Control): Promise<Float32Array>
  whiteningMatrix(
    traces: Float32Array,
    channels: number,
    neighbours: readonly (readonly number[])[] | null,
    epsilon: number,
    ...control: Control
  ): Promise<Float64Array>
}

export function createNativeReferencing(binding: Binding): Referencing {
  const apply = async (
    traces: Float32Array,
    step: OverChannels<SpatialPlan>,
    kinds: readonly SpatialPlan['kind'][],
    options: OperationOptions,
  ): Promise<Float32Array> => {
    requireOverChannels(traces, step, kinds)
    return runOperation(binding, options, (...control) =>
      binding.applySpatial(traces, step.channels, nativeStep(step), ...control),
    )
  }
  return {
    subtractReference: async (traces, reference, options = {}) =>
      apply(traces, reference, ['group-reference', 'local-reference'], options),
    spatialHighPass: async (traces, filter, options = {}) => apply(traces, filter, ['spatial-high-pass'], options),
    mix: async (traces, mix, options = {}) => apply(traces, mix, ['mix'], options),
    async whiteningMatrix(traces, whitening, options = {}) {
      requireWhitening(traces, whitening)
      const { channels, neighbours, epsilon = whiteningEpsilon(traces) } = whitening
      return runOperation(binding, options, (...control) =>
        binding.whiteningMatrix(traces, channels, neighbours, epsilon, ...control),
      )
    },
  }
}
