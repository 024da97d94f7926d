import type { Recording } from '@neurojoint/formats/recording'
import { readMicrovolts, spreadChunks } from './chunks.ts'
import type { OperationOptions } from './dsp.ts'
import { InvalidParameterError } from './errors.ts'
import type { Measuring, PowerSpectra } from './measuring.ts'
import { requireCount, requirePositive } from './parameters.ts'

/** What is looked at. */
export interface SurveyOptions extends OperationOptions {
  /** Indices into `recording.channels`; all if not given. */
  readonly channels?: readonly number[] | undefined
  /** How many stretches, spread evenly over the recording. Default 20. */
  readonly chunks?: number | undefined
  /** Default 0.5. */
  readonly chunkSeconds?: number | undefined
  /** Of the spectra. Default 1024. */
  readonly segmentSamples?: number | undefined
}

/** What a recording looks like, each channel in the order asked for. */
export interface Survey {
  /** (uV) The mean over the stretches of `median(|x - median(x)|) / 0.6745`, as SpikeInterface's `get_noise_levels`. */
  readonly noiseLevels: Float32Array
  /** (uV) Of all stretches together, nothing subtracted. */
  readonly rms: Float32Array
  /** (uV^2/Hz) The mean over the stretches. */
  readonly spectra: PowerSpectra
  /** How many stretches it is from. */
  readonly chunks: number
}

/** Measures noise levels, RMS and spectra of a recording in stretches that are always the same, one in memory at a time. */
export async function surveyRecording(
  dsp: Measuring,
  recording: Recording,
  options: SurveyOptions = {},
): Promise<Survey> {
  const { signal, onProgress, chunks: count = 20, chunkSeconds = 0.5, segmentSamples = 1024 } = options
  requireCount('chunks', count)
  if (count === 0) throw new InvalidParameterError('chunks', count, 'at least one')
  requirePositive('chunkSeconds', chunkSeconds)
  const { samplingRate } = recording
  const chosen = options.channels ?? recording.channels.map((_, channel) => channel)
  const unknown = chosen.find((channel) => !recording.channels[channel])
  if (unknown !== undefined) throw new InvalidParameterError('channels', unknown, 'channels of the recording')
  const chunks = spreadChunks(recording.segments, count, Math.max(Math.floor(chunkSeconds * samplingRate + 1e-6), 1))
  const shape = { channels: chosen.length }
  const noiseLevels = new Float64Array(chosen.length)
  const squares = new Float64Array(chosen.length)
  let spectra: PowerSpectra = { frequencies: new Float64Array(0), density: new Float64Array(0) }
  for (const [index, chunk] of chunks.entries()) {
    signal?.throwIfAborted()
    const traces = await readMicrovolts(recording, chunk, chosen, { signal })
    add(noiseLevels, await dsp.noiseLevels(traces, shape, { signal }), (level) => level / chunks.length)
    add(squares, await dsp.rms(traces, shape, { signal }), (value) => value ** 2 / chunks.length)
    const found = await dsp.powerSpectralDensity(traces, { ...shape, samplingRate, segmentSamples }, { signal })
    if (index === 0) spectra = { ...found, density: new Float64Array(found.density.length) }
    add(spectra.density, found.density, (density) => density / chunks.length)
    onProgress?.((index + 1) / chunks.length)
  }
  return {
    noiseLevels: Float32Array.from(noiseLevels),
    rms: Float32Array.from(squares, Math.sqrt),
    spectra,
    chunks: chunks.length,
  }
}

function add(sums: Float64Array, values: ArrayLike<number>, share: (value: number) => number): void {
  for (let index = 0; index < sums.length; index++)
    sums[index] = (sums[index] ?? 0) + share(values[index] ?? Number.NaN)
}
