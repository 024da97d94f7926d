import type { OperationOptions } from '../dsp.ts'
import type { SpatialPlan } from '../plan.ts'
import type { OverChannels, Referencing } from '../referencing.ts'
import {
  requireFiniteTraces,
  requireOverChannels,
  requireWhitening,
  whiteningEpsilon,
} from '../referencing-parameters.ts'
import { Attention } from './attention.ts'
import { prepareSpatial } from './spatial/prepare.ts'
import { computeWhitening } from './whitening.ts'

/** The area in TypeScript: on the event loop's thread, in slices of a few milliseconds. */
export function createTypeScriptReferencing(): Referencing {
  return {
    async subtractReference(traces, reference, options = {}) {
      requireOverChannels(traces, reference, ['group-reference', 'local-reference'])
      return apply(traces.slice(), reference, options)
    },
    async spatialHighPass(traces, filter, options = {}) {
      requireOverChannels(traces, filter, ['spatial-high-pass'])
      requireFiniteTraces(traces)
      return apply(traces.slice(), filter, options)
    },
    async mix(traces, mix, options = {}) {
      requireOverChannels(traces, mix, ['mix'])
      return apply(traces.slice(), mix, options)
    },
    async whiteningMatrix(traces, whitening, options = {}) {
      requireWhitening(traces, whitening)
      requireFiniteTraces(traces)
      const { channels, neighbours, epsilon = whiteningEpsilon(traces) } = whitening
      const attention = new Attention(options)
      const matrix = await computeWhitening(traces.slice(), channels, neighbours, epsilon, attention)
      attention.finish()
      return matrix
    },
  }
}

/** Values that are worked on between two looks at the clock, beside the margins. */
const blockValues = 4096

async function apply(
  traces: Float32Array,
  step: OverChannels<SpatialPlan>,
  options: OperationOptions,
): Promise<Float32Array> {
  const { channels } = step
  const frames = traces.length / channels
  const attention = new Attention(options)
  const { margin, apply: applyStep } = prepareSpatial(step, channels, Number.NaN)
  const block = Math.max(Math.ceil(blockValues / channels), margin)
  const result = new Float32Array(traces.length)
  for (let start = 0; start < frames; start += block) {
    if (attention.due()) await attention.rest(start / frames)
    const [from, to] = [Math.max(0, start - margin), Math.min(frames, start + block + margin)]
    const data = traces.slice(from * channels, to * channels)
    const atEnd = to === frames
    applyStep({ data, channels, firstFrame: from, segment: 0, atStart: from === 0, atEnd, masked: [] })
    const end = Math.min(frames, start + block)
    result.set(data.subarray((start - from) * channels, (end - from) * channels), start * channels)
  }
  attention.finish()
  return result
}
