import { ndarray } from '@neurojoint/arrays'
import { groupKilosortSpikes, readKilosort } from '@neurojoint/formats/kilosort'
import { openRecording } from '@neurojoint/formats/recording'
import { SortChangedError } from '../errors.ts'
import { findDataFile } from './data-directories.ts'
import { computeMeanWaveforms, type MeanWaveformsOptions, type UnitSpikes } from './mean-waveforms.ts'
import type { ChannelElectrode, SortLocation } from './sort.ts'

/** A unit as CuratedClustering.Unit has it. */
export interface WaveformUnit {
  readonly unit: number
  readonly electrode: number
  readonly spike_count: number
}

export interface WaveformsInputs extends SortLocation {
  /** Of the recording, relative to a data directory. */
  readonly recordingPath: string
  readonly channels: readonly ChannelElectrode[]
  readonly units: readonly WaveformUnit[]
}

/** The mean waveform of every unit at every electrode, and at its own. */
export async function computeWaveforms(inputs: WaveformsInputs, options: MeanWaveformsOptions) {
  const { channels, units, dataDirectories } = inputs
  const folder = await findDataFile(inputs.outputDirectory, dataDirectories)
  const recording = await openRecording(await findDataFile(inputs.recordingPath, dataDirectories))
  try {
    const means = await computeMeanWaveforms(recording, await readSpikes(folder, units), options)
    const peakOf = new Map(units.map(({ unit, electrode }) => [unit, electrode]))
    return {
      PeakWaveform: means.flatMap(({ unit, waveform }) => {
        const peak = channels.find(({ electrode }) => electrode === peakOf.get(unit))
        return peak ? [{ unit, peak_electrode_waveform: ndarray(waveform(peak.channel_idx)) }] : []
      }),
      Waveform: means.flatMap(({ unit, waveform }) =>
        channels.map(({ channel_idx, electrode_config_hash, probe_type, electrode }) => ({
          unit,
          electrode_config_hash,
          probe_type,
          electrode,
          waveform_mean: ndarray(waveform(channel_idx)),
        })),
      ),
    }
  } finally {
    await recording.close()
  }
}

/** The spikes of the units; refused where the sort was curated again since they were read into the database. */
async function readSpikes(folder: string, units: readonly WaveformUnit[]): Promise<readonly UnitSpikes[]> {
  const output = await readKilosort(folder)
  const spikesOf = new Map(groupKilosortSpikes(output))
  return units.map(({ unit, spike_count }) => {
    const samples = Float64Array.from(spikesOf.get(unit) ?? [], (spike) => output.spikeSamples[spike] ?? 0)
    if (samples.length !== spike_count) throw new SortChangedError(folder, unit, samples.length, spike_count)
    return { unit, spikeSamples: samples }
  })
}
