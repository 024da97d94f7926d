import type { Row } from '@neurojoint/core'
import { openRecording } from '@neurojoint/formats/recording'
import { ProbeMismatchError } from '../errors.ts'
import { planElectrodeConfig } from '../probe/electrode-config.ts'
import type { ProbeTables } from '../probe/index.ts'
import { findRecordingOf, type ProbeRecording } from './acquisition.ts'
import { nameDataFile } from './data-directories.ts'

/** What the database says of an insertion. */
export interface RecordingInputs {
  readonly insertionNumber: number
  readonly serialNumber: string
  readonly probeType: string
  readonly electrodes: readonly Row<ProbeTables['ProbeType']['Electrode']>[]
  /** Of the session. */
  readonly directory: string
  readonly dataDirectories: readonly string[]
}

/** Finds the recording of an insertion, and makes sure that its file is whole. */
export async function computeRecording(inputs: RecordingInputs) {
  const { probeType, directory, dataDirectories } = inputs
  const recording = await findRecordingOf(inputs, directory)
  const file_path = nameDataFile(recording.path, dataDirectories)
  const opened = await openRecording(recording.path)
  await opened.close()
  const channels = electrodesOf(recording, inputs)
  const { config, electrodes } = planElectrodeConfig(
    probeType,
    channels.map(({ electrode }) => electrode),
  )
  const { electrode_config_hash } = config
  return {
    config,
    electrodes,
    row: {
      electrode_config_hash,
      acq_software: recording.software,
      sampling_rate: recording.samplingRate,
      recording_datetime: recording.startedAt,
      recording_duration: recording.durationSeconds,
    },
    parts: {
      Channel: channels.map((channel) => ({ ...channel, electrode_config_hash, probe_type: probeType })),
      EphysFile: [{ file_path }],
    },
  }
}

/** The electrode of each channel, by its place on the probe's type in the database. */
function electrodesOf(
  { sites, path, partNumber }: ProbeRecording,
  { electrodes, serialNumber, probeType }: RecordingInputs,
) {
  const place = (shank: number, column: number, row: number): string => `${shank} ${column} ${row}`
  const electrodeAt = new Map(electrodes.map((row) => [place(row.shank, row.shank_col, row.shank_row), row.electrode]))
  return sites.map(({ channel, name, shank, column, row }) => {
    const electrode = electrodeAt.get(place(shank, column, row))
    if (electrode === undefined) {
      const site = `site in row ${row}, column ${column} of shank ${shank}`
      throw new ProbeMismatchError(path, serialNumber, probeType, partNumber, site)
    }
    return { channel_idx: channel, channel_name: name, electrode }
  })
}
