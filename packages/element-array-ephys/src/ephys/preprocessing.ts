import { ndarray } from '@neurojoint/arrays'
import { openRecording, type Recording } from '@neurojoint/formats/recording'
import { type Chain, parseChain, parsePeaks, type PeakChoices, preprocess } from '@neurojoint/native-dsp'
import { InvalidExcludedChannelsError, InvalidPreprocessingParametersError } from '../errors.ts'
import { type ProbeRecording, readProbeRecording } from './acquisition.ts'
import { findDataFile } from './data-directories.ts'
import type { MeanWaveformsOptions } from './mean-waveforms.ts'
import type { ChannelElectrode } from './sort.ts'

/** What PreprocessingParamSet keeps as `params`: what is done to a recording, and which peaks are looked for in the result. */
export interface PreprocessingParameters {
  readonly chain: Chain
  readonly peaks?: PeakChoices | undefined
  /** Columns of the recording that are left out; channels that are no recording sites always are. */
  readonly excludedChannels?: readonly number[] | undefined
}

/** What suits Neuropixels recordings when nothing else is known. */
export const defaultPreprocessingParameters: PreprocessingParameters = {
  chain: {
    name: 'band-pass',
    steps: [
      { step: 'band-pass', low: 300, high: 6000, order: 5 },
      { step: 'phase-shift' },
      { step: 'common-reference', operator: 'median', scope: 'all' },
    ],
  },
  peaks: { threshold: 5, radius: 60, exclusionSeconds: 0.0005 },
}

export interface PreprocessingInputs {
  /** As AcquisitionSoftware has it. */
  readonly software: string
  /** Relative to a data directory. */
  readonly recordingPath: string
  readonly dataDirectories: readonly string[]
  readonly channels: readonly ChannelElectrode[]
  readonly params: unknown
}

/** The noise and the peaks of a recording; peaks in the order of time, their depths those of their electrodes. */
export async function computePreprocessing(inputs: PreprocessingInputs, { signal, progress }: MeanWaveformsOptions) {
  const { chain, peaks: wanted, excludedChannels } = parseParameters(inputs.params)
  const path = await findDataFile(inputs.recordingPath, inputs.dataDirectories)
  const { sites } = await readProbeRecording(inputs.software, path)
  requireColumns(sites, excludedChannels)
  const recording = await openRecording(path)
  try {
    const { implementation, good, noiseLevels, peaks } = await preprocess(
      leaveOut(recording, excludedChannels),
      null,
      chain,
      { signal, onProgress: progress, outputs: { noiseLevels: true, peaks: wanted } },
    )
    const electrodeOf = new Map(inputs.channels.map(({ channel_idx, electrode }) => [channel_idx, electrode]))
    const found = peaks ?? { sampleIndex: new Float64Array(), channel: new Int32Array(), amplitude: new Float32Array() }
    const startOf = (peak: number): number => recording.segments[peaks?.segment[peak] ?? 0]?.startSeconds ?? 0
    return {
      row: {
        implementation,
        channels: ndarray(Int32Array.from(good)),
        noise_levels: ndarray(Float32Array.from(good, (channel) => noiseLevels?.[channel] ?? Number.NaN)),
        peak_count: found.sampleIndex.length,
        peak_times: ndarray(found.sampleIndex.map((sample, peak) => startOf(peak) + sample / recording.samplingRate)),
        peak_electrodes: ndarray(found.channel.map((channel) => electrodeOf.get(channel) ?? -1)),
        peak_depths: ndarray(Float32Array.from(found.channel, (channel) => sites[channel]?.y ?? Number.NaN)),
        peak_amplitudes: ndarray(found.amplitude),
      },
    }
  } finally {
    await recording.close()
  }
}

/** Refuses what is no chain or no choice of peaks before anything is opened; `excludedChannels` is looked at with the recording. */
function parseParameters(params: unknown) {
  const { chain, peaks = {}, excludedChannels = [], ...others } = asRecord(params)
  const [stray] = Object.keys(others)
  if (stray !== undefined || chain === undefined) throw new InvalidPreprocessingParametersError(stray ?? null)
  return { chain: parseChain(chain), peaks: parsePeaks('peaks', peaks), excludedChannels }
}

/** Excluded channels are no recording sites: they enter no reference and have no peaks. */
function leaveOut(recording: Recording, excluded: readonly number[]): Recording {
  const channels = recording.channels.map((channel) =>
    excluded.includes(channel.index) && channel.site ? { ...channel, site: { ...channel.site, used: false } } : channel,
  )
  return { ...recording, channels }
}

/** Throws `invalid-excluded-channels`. */
function requireColumns(sites: ProbeRecording['sites'], excluded: unknown): asserts excluded is readonly number[] {
  const columns = new Set(sites.map(({ channel }) => channel))
  if (!Array.isArray(excluded) || !excluded.every((channel) => columns.has(channel))) {
    throw new InvalidExcludedChannelsError(excluded, sites.length)
  }
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
