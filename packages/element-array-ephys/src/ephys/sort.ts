import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { type KilosortOutput, readKilosort, readKilosortUnits } from '@neurojoint/formats/kilosort'
import { SortMismatchError } from '../errors.ts'
import { findDataFile } from './data-directories.ts'

/** Where a sort is. */
export interface SortLocation {
  /** Relative to a data directory. */
  readonly outputDirectory: string
  readonly dataDirectories: readonly string[]
}

/** Makes sure that the output of a sorter is all there; its time is that of the spike times' file, in UTC. */
export async function computeClustering({ outputDirectory, dataDirectories }: SortLocation) {
  const folder = await findDataFile(outputDirectory, dataDirectories)
  await readKilosort(folder)
  const { mtime } = await stat(join(folder, 'spike_times.npy'))
  return { row: { clustering_time: `${mtime.toISOString().slice(0, 19)}Z` } }
}

/** The electrode that a channel of a recording came from, as EphysRecording.Channel has it. */
export interface ChannelElectrode {
  readonly channel_idx: number
  readonly electrode_config_hash: string
  readonly probe_type: string
  readonly electrode: number
}

export interface UnitsInputs extends SortLocation {
  readonly channels: readonly ChannelElectrode[]
  /** The labels that ClusterQualityLabel has. */
  readonly labels: readonly string[]
  /** (Hz) */
  readonly samplingRate: number
  readonly durationSeconds: number
}

/** The units of a sort, as Phy or the sorter left them. */
export async function computeUnits(inputs: UnitsInputs, { signal }: { readonly signal: AbortSignal }) {
  const { channels, labels, samplingRate } = inputs
  const folder = await findDataFile(inputs.outputDirectory, inputs.dataDirectories)
  const output = await readKilosort(folder)
  requireOwnSort(output, inputs)
  const electrodeOf = new Map(channels.map((channel) => [channel.channel_idx, channel]))
  const requireElectrode = (channel: number): ChannelElectrode => {
    const found = electrodeOf.get(channel)
    if (found) return found
    throw new SortMismatchError(
      folder,
      `spikes on channel ${channel}`,
      `channels that the recording has (${channels.length})`,
    )
  }
  const units = await readKilosortUnits(output, { signal })
  return units.map(
    ({ unit, label, spikeCount, spikeSamples, spikeSeconds, peakChannel, spikeChannels, spikeDepths }) => {
      const { electrode_config_hash, probe_type, electrode } = requireElectrode(peakChannel)
      return {
        unit,
        electrode_config_hash,
        probe_type,
        electrode,
        cluster_quality_label: labels.includes(label) ? label : 'n.a.',
        spike_count: spikeCount,
        // a sorter's settings have a nominal rate; the recording's own keeps an hour within a tenth of a millisecond
        spike_times: ndarray(
          isSynchronised(output) ? spikeSeconds : spikeSamples.map((sample) => sample / samplingRate),
        ),
        spike_sites: ndarray(spikeChannels.map((channel) => requireElectrode(channel).electrode)),
        spike_depths: ndarray(spikeDepths),
      }
    },
  )
}

const isSynchronised = ({ files }: KilosortOutput): boolean => files.has('spike_times_sec_adj.npy')

/** Refuses a sort whose rate or length is not the recording's. */
function requireOwnSort(
  { folder, parameters, spikeSamples }: KilosortOutput,
  { samplingRate, durationSeconds }: UnitsInputs,
) {
  if (Math.abs(parameters.samplingRate / samplingRate - 1) > 0.001) {
    throw new SortMismatchError(folder, `a sampling rate of ${parameters.samplingRate} Hz`, `${samplingRate} Hz`)
  }
  const last = spikeSamples.reduce((latest, sample) => Math.max(latest, sample), 0) / samplingRate
  // durations are kept as float32
  if (last > durationSeconds + 0.01) {
    throw new SortMismatchError(
      folder,
      `a spike at ${last} s`,
      `spikes within the ${durationSeconds} s of the recording`,
    )
  }
}
