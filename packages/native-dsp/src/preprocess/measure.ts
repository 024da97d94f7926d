import type { Recording } from '@neurojoint/formats/recording'
import { findBadChannels } from '../bad-channels.ts'
import type { BadChannel, Measurements } from '../chain/measurements.ts'
import type { CompleteStep } from '../chain/steps.ts'
import type { Dsp, OperationOptions } from '../dsp.ts'
import { InvalidParameterError } from '../errors.ts'
import { medianOf } from '../median-of.ts'
import type { Plan } from '../plan.ts'
import { joinIntervals, spreadChunks } from '../chunks.ts'
import { matrixMix, rowsByKey, rowsWithin } from '../referencing-plans.ts'
import { measureMotion } from './measure-motion.ts'
import { measuringWork } from './measuring-work.ts'
import { shareProgress } from '../share-progress.ts'
import { openPasses } from './open-passes.ts'

/** Stretches of 0.3 s in which bad channels are looked for by their coherence; IBL's rule has ten of its own. */
const badChannelChunks = 12
/** Stretches of the result of earlier steps whose covariance is measured, and whose size. */
const covarianceSample = { count: 24, frames: 2048 }
const sizeSample = { count: 8, frames: 2048 }

/** Measures what the steps of a chain ask of a recording; progress is that of all of them together. */
export function measureRecording(
  dsp: Dsp,
  recording: Recording,
  steps: readonly CompleteStep[],
  { signal, onProgress }: OperationOptions = {},
): Measurements {
  const reports = shareProgress(
    onProgress,
    steps.map((step) => measuringWork(step, recording)),
  )
  const optionsOf = (step: CompleteStep): OperationOptions => ({ signal, onProgress: reports[steps.indexOf(step)] })
  return {
    async badChannels(step, used) {
      const { method, channels } = step
      const stray = channels.find((channel) => channel >= recording.channels.length)
      if (stray !== undefined) {
        const expected = `channels of the recording, which has ${recording.channels.length}`
        throw new InvalidParameterError('channels', stray, expected)
      }
      const given = channels.map((channel): BadChannel => ({ channel, label: 'given' }))
      if (method === 'given') return given
      const candidates = used.filter((row) => !channels.includes(row))
      const { labels } = await findBadChannels(dsp, recording, {
        ...optionsOf(step),
        method,
        groups: inDepthOrder(recording, candidates),
        chunks: method === 'ibl' ? undefined : badChannelChunks,
      })
      const found = labels.flatMap((label, channel): BadChannel[] =>
        label === null || label === 'good' ? [] : [{ channel, label }],
      )
      return [...given, ...found].toSorted((a, b) => a.channel - b.channel)
    },

    async standardDeviation(plan, step, rows) {
      let [count, sum, squares] = [0, 0, 0]
      await visitResult(dsp, recording, plan, rows, { ...sizeSample, ...optionsOf(step) }, (traces) => {
        count += traces.length
        for (const value of traces) {
          sum += value
          squares += value * value
        }
      })
      return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
    },

    async whitening(plan, step, rows) {
      const traces: Float32Array[] = []
      const { onProgress: report } = optionsOf(step)
      const [reading, computing] = shareProgress(report, [1, 3])
      await visitResult(dsp, recording, plan, rows, { ...covarianceSample, signal, onProgress: reading }, (stretch) =>
        traces.push(stretch),
      )
      const sample = joined(traces)
      const channels = rows.length
      if (sample.length === 0) return []
      const positions = rows.flatMap((row) => [
        recording.channels[row]?.site?.x ?? 0,
        recording.channels[row]?.site?.y ?? 0,
      ])
      const neighbours = step.scope === 'local' ? rowsWithin(positions, step.radius) : null
      const together = Math.max(0, ...(neighbours?.map(({ length }) => length) ?? [channels]))
      // fewer frames than channels leave directions without noise, which would be blown up without a bound
      if (sample.length / channels < together)
        throw new InvalidParameterError(
          'whiten',
          `a recording of which ${sample.length / channels} frames can be measured`,
          `at least ${together}, as many as channels are whitened together`,
        )
      const epsilon = step.epsilon ?? undefined
      const matrix = await dsp.whiteningMatrix(
        sample,
        { channels, neighbours, epsilon },
        { signal, onProgress: computing },
      )
      const scale = step.scale ?? medianOf(await dsp.rms(sample, { channels }, { signal }))
      report?.(1)
      return matrixMix(matrix, channels, 'whiten').rows.map(({ row, of, weights }) => ({
        row: rows[row] ?? 0,
        of: of.map((place) => rows[place] ?? 0),
        weights: weights.map((weight) => weight * scale),
      }))
    },

    motion: (plan, step, rows) => measureMotion(dsp, recording, plan, step, rows, optionsOf(step)),
  }
}

/** The rows of each shank from the tip on. */
function inDepthOrder({ channels }: Recording, rows: readonly number[]): readonly (readonly number[])[] {
  const depth = (row: number): number => channels[row]?.site?.y ?? row
  return rowsByKey(rows, (row) => channels[row]?.site?.shank ?? 0).map((group) =>
    group.toSorted((a, b) => depth(a) - depth(b) || a - b),
  )
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Hands out the result of a plan in the fixed stretches, frame-major, in counts of the first channel's gain. */
async function visitResult(
  dsp: Dsp,
  recording: Recording,
  plan: Plan,
  rows: readonly number[],
  { count, frames, signal, onProgress }: OperationOptions & { readonly count: number; readonly frames: number },
  visit: (traces: Float32Array) => void,
): Promise<void> {
  const scales = rows.map((row) => plan.scale?.[row] ?? 1)
  const scaled = (traces: Int16Array): Float32Array =>
    Float32Array.from(traces, (count, at) => count * (scales[at % rows.length] ?? 1))
  const passes = await openPasses(dsp, recording, { ...plan, rounding: 'half-even' })
  try {
    // none is measured twice where a short recording has chunks that overlap
    const stretches = joinIntervals(spreadChunks(recording.segments, count, frames))
    for (const [index, stretch] of stretches.entries()) {
      visit(scaled(await passes.traces({ ...stretch, rows }, { signal })))
      onProgress?.((index + 1) / stretches.length)
    }
  } finally {
    await passes.close()
  }
}
