import type { Recording } from '@neurojoint/formats/recording'
import { findBadChannels } from '../bad-channels.ts'
import { groupRows } from '../chain/layout.ts'
import type { BadChannel, Measurements } from '../chain/measurements.ts'
import type { Dsp, OperationOptions } from '../dsp.ts'
import { InvalidParameterError } from '../errors.ts'
import type { Plan } from '../plan.ts'
import { fixedSample } from './fixed-sample.ts'
import { interpolationRows } from './interpolation.ts'
import { openPasses } from './open-passes.ts'

/** Stretches in which bad channels are looked for. */
const badChannelChunks = 25
/** Stretches of the result of earlier steps on which later ones are measured. */
const resultSample = { count: 24, frames: 2048 }

/** Measures what a chain asks of a recording. */
export function measureRecording(
  dsp: Dsp,
  recording: Recording,
  options: Pick<OperationOptions, 'signal'> = {},
): Measurements {
  return {
    async badChannels({ method, channels }, used) {
      const stray = channels.find((channel) => channel >= recording.channels.length)
      if (stray !== undefined) {
        const expected = `channels of the recording, which has ${recording.channels.length}`
        throw new InvalidParameterError('channels', stray, expected)
      }
      const given = channels.map((channel): BadChannel => ({ channel, label: 'given' }))
      if (method === 'given') return given
      const candidates = used.filter((row) => !channels.includes(row))
      const { labels } = await findBadChannels(dsp, recording, {
        ...options,
        method,
        groups: inDepthOrder(recording, candidates),
        chunks: badChannelChunks,
      })
      const found = labels.flatMap((label, channel): BadChannel[] =>
        label === null || label === 'good' ? [] : [{ channel, label }],
      )
      return [...given, ...found].toSorted((a, b) => a.channel - b.channel)
    },

    interpolation: async (bad, good) => interpolationRows(recording.channels, bad, good),

    async standardDeviation(plan, rows) {
      let [count, sum, squares] = [0, 0, 0]
      await visitResult(dsp, recording, plan, rows, options, (traces) => {
        count += traces.length
        for (const value of traces) {
          sum += value
          squares += value * value
        }
      })
      return count === 0 ? 0 : Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
    },

    async whitening(_plan, step) {
      throw new InvalidParameterError('step', step.step, 'another step: whitening is not there yet')
    },
  }
}

/** The rows of each shank from the tip on. */
function inDepthOrder({ channels }: Recording, rows: readonly number[]): readonly (readonly number[])[] {
  const depth = (row: number): number => channels[row]?.site?.y ?? row
  return groupRows(rows, (row) => channels[row]?.site?.shank ?? 0).map((group) =>
    group.toSorted((a, b) => depth(a) - depth(b) || a - b),
  )
}

/** Hands out the result of a plan in the fixed stretches, frame-major. */
async function visitResult(
  dsp: Dsp,
  recording: Recording,
  plan: Plan,
  rows: readonly number[],
  options: Pick<OperationOptions, 'signal'>,
  visit: (traces: Int16Array) => void,
): Promise<void> {
  const passes = await openPasses(dsp, recording, { ...plan, rounding: 'half-even' })
  try {
    for (const stretch of fixedSample(recording, resultSample.count, resultSample.frames))
      visit(await passes.traces({ ...stretch, rows }, options))
  } finally {
    await passes.close()
  }
}
