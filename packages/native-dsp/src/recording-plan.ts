import type { Recording } from '@neurojoint/formats/recording'
import { parseChain, requireLayout, type PreprocessingChain } from './chain.ts'
import type { PreprocessOptions } from './dsp.ts'
import { InvalidParameterError } from './errors.ts'
import { requireBandPass, requireHighPass, requirePhaseShift, requireThreads } from './parameters.ts'

/** A chain as both implementations run it: checked, in samples, for the channels that take part. */
export interface RecordingPlan {
  /** Indices into `recording.channels`; everything below is in their order. */
  readonly channels: readonly number[]
  /** Their columns among the analog channels of a frame. */
  readonly columns: readonly number[]
  readonly gains: readonly number[] // (uV per count)
  readonly offsets: readonly number[] // (uV)
  readonly samplingRate: number // (Hz)
  /** A high-pass where `high` is missing. */
  readonly filter?: { readonly order: number; readonly low: number; readonly high?: number }
  readonly shifts?: readonly number[]
  readonly commonMedian: boolean
  readonly detection: PeakCriteria
}

/** What counts as a peak, as `detectPeaks` says it. */
export interface PeakCriteria {
  readonly positions: readonly number[]
  readonly threshold: number
  readonly radius: number
  readonly exclusionSamples: number
}

/** Checks a chain against a recording. Throws `invalid-parameter` and `wrong-length`. */
export function planRecording(
  recording: Recording,
  given: PreprocessingChain,
  { layout, channels: chosen, threads }: PreprocessOptions,
): RecordingPlan {
  const chain = parseChain(given)
  requireThreads(threads)
  const { samplingRate } = recording
  requireLayout(layout, recording.channels.length, chain.phaseShift ?? false)
  const channels = chosen ?? recording.channels.map((_, index) => index)
  if (channels.length === 0) throw new InvalidParameterError('channels', channels, 'at least one channel')
  if (new Set(channels).size < channels.length)
    throw new InvalidParameterError('channels', channels, 'each channel once')
  const participants = channels.map((index) => {
    const channel = recording.channels[index]
    if (!channel) throw new InvalidParameterError('channels', index, 'an index into the channels of the recording')
    return channel
  })
  const shifts = chain.phaseShift && layout.shifts ? select(layout.shifts, channels) : undefined
  if (shifts) requirePhaseShift({ channels: channels.length, shifts })
  const filter = planFilter(chain, samplingRate)
  return {
    channels,
    columns: participants.map((channel) => channel.index),
    gains: participants.map((channel) => channel.gain),
    offsets: participants.map((channel) => channel.offset),
    samplingRate,
    ...(filter && { filter }),
    ...(shifts && { shifts }),
    commonMedian: chain.commonReference === 'median',
    detection: {
      positions: channels.flatMap((index) => select(layout.positions, [2 * index, 2 * index + 1])),
      threshold: chain.detect.threshold,
      radius: chain.detect.radius,
      exclusionSamples: planExclusion(chain, samplingRate),
    },
  }
}

/** Blocks overlap by this: a longer time would make blocks that need not fit into memory. */
const mostExclusion = 32_768

/** Rounded down, as SpikeInterface does; 0.5 ms at 30 kHz must not become 14 samples. */
function planExclusion({ detect: { exclusionSeconds } }: PreprocessingChain, samplingRate: number): number {
  const samples = Math.floor(exclusionSeconds * samplingRate + 1e-6)
  if (samples <= mostExclusion) return samples
  const expected = `at most ${mostExclusion} samples, ${mostExclusion / samplingRate} s`
  throw new InvalidParameterError('detect.exclusionSeconds', exclusionSeconds, expected)
}

function planFilter({ highPass, bandPass }: PreprocessingChain, samplingRate: number): RecordingPlan['filter'] {
  if (highPass) {
    requireHighPass({ ...highPass, samplingRate })
    return { order: highPass.order, low: highPass.cutoff }
  }
  if (bandPass) requireBandPass({ ...bandPass, samplingRate })
  return bandPass
}

const select = (values: ArrayLike<number>, indices: readonly number[]): number[] =>
  indices.map((index) => values[index] ?? Number.NaN)
