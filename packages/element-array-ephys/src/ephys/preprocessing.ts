import { ndarray } from '@neurojoint/arrays'
import { openRecording } from '@neurojoint/formats/recording'
import { defaultChain, loadDsp, parseChain, type PreprocessingChain } from '@neurojoint/native-dsp'
import { InvalidExcludedChannelsError } from '../errors.ts'
import { type ProbeRecording, readProbeRecording } from './acquisition.ts'
import { findDataFile } from './data-directories.ts'
import type { MeanWaveformsOptions } from './mean-waveforms.ts'
import type { ChannelElectrode } from './sort.ts'

/** What PreprocessingParamSet keeps as `params`: the chain, and the channels that it leaves out. */
export interface PreprocessingParameters extends PreprocessingChain {
  /** Columns of the recording; channels that are no recording sites are always left out. */
  readonly excludedChannels?: readonly number[]
}

/** The chain that suits Neuropixels recordings when nothing else is known. */
export const defaultPreprocessingParameters: PreprocessingParameters = defaultChain

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
  const { excludedChannels = [], ...params } = { ...asRecord(inputs.params) }
  const chain = parseChain(params)
  const path = await findDataFile(inputs.recordingPath, inputs.dataDirectories)
  const { sites } = await readProbeRecording(inputs.software, path)
  const channels = chooseChannels(sites, excludedChannels)
  const dsp = await loadDsp()
  const recording = await openRecording(path)
  try {
    const layout = {
      positions: sites.flatMap(({ x, y }) => [x, y]),
      shifts: sites.map(({ sampleShift }) => sampleShift),
    }
    const {
      noiseLevels,
      peaks,
      channels: used,
    } = await dsp.preprocessRecording(recording, chain, {
      layout,
      channels,
      signal,
      onProgress: progress,
    })
    const electrodeOf = new Map(inputs.channels.map(({ channel_idx, electrode }) => [channel_idx, electrode]))
    const startOf = (peak: number): number => recording.segments[peaks.segment[peak] ?? 0]?.startSeconds ?? 0
    return {
      row: {
        implementation: dsp.implementation,
        channels: ndarray(used),
        noise_levels: ndarray(noiseLevels),
        peak_count: peaks.sampleIndex.length,
        peak_times: ndarray(peaks.sampleIndex.map((sample, peak) => startOf(peak) + sample / recording.samplingRate)),
        peak_electrodes: ndarray(peaks.channel.map((channel) => electrodeOf.get(channel) ?? -1)),
        peak_depths: ndarray(Float32Array.from(peaks.channel, (channel) => sites[channel]?.y ?? Number.NaN)),
        peak_amplitudes: ndarray(peaks.amplitude),
      },
    }
  } finally {
    await recording.close()
  }
}

/** The columns that take part. */
function chooseChannels(sites: ProbeRecording['sites'], excluded: unknown): readonly number[] {
  const columns = new Set(sites.map(({ channel }) => channel))
  if (!Array.isArray(excluded) || !excluded.every((channel) => columns.has(channel))) {
    throw new InvalidExcludedChannelsError(excluded, sites.length)
  }
  return sites.filter(({ channel, used }) => used && !excluded.includes(channel)).map(({ channel }) => channel)
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
