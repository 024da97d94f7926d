import type { Database, Key, Row } from '@neurojoint/core'
import { isNdArray, toFloat64Array } from '@neurojoint/arrays'
import { ephys, probe } from '../pipeline.ts'

/** What a person wants to know of a unit at a glance. */
export interface UnitSummary {
  readonly unit: number
  readonly label: string
  readonly electrode: number
  /** (µm) from the tip. */
  readonly depth: number
  readonly spikes: number
  /** (Hz) over the whole recording. */
  readonly rate: number
  /** Mean waveform at the unit's electrode (µV). */
  readonly waveform: Float64Array
}

/** The units of a sort, the deepest first. */
export async function summarizeUnits(
  db: Database,
  key: Key<typeof ephys.CuratedClustering>,
): Promise<readonly UnitSummary[]> {
  const { recording_duration } = await db(ephys.EphysRecording).forKey(key).fetch1()
  const units = await db(ephys.CuratedClustering.Unit)
    .forKey(key)
    .project('spike_count', 'cluster_quality_label', 'electrode', 'probe_type')
    .join(db(probe.ProbeType.Electrode).project('y_coord'))
    .join(ephys.WaveformSet.PeakWaveform)
    .fetch({ order: ['y_coord', 'unit'] })
  return units.map((row) => ({
    unit: row.unit,
    label: row.cluster_quality_label,
    electrode: row.electrode,
    depth: row.y_coord ?? Number.NaN,
    spikes: row.spike_count,
    rate: row.spike_count / recording_duration,
    waveform: samplesOf(row),
  }))
}

const samplesOf = ({
  peak_electrode_waveform,
}: Pick<Row<typeof ephys.WaveformSet.PeakWaveform>, 'peak_electrode_waveform'>) =>
  isNdArray(peak_electrode_waveform) ? toFloat64Array(peak_electrode_waveform) : new Float64Array()
