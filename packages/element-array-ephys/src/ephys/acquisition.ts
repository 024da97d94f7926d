import { findSpikeGlxRuns, readSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import {
  AmbiguousRecordingError,
  DirectoryUnreadableError,
  RecordingNotFoundError,
  UnknownAcquisitionError,
} from '../errors.ts'

/** A site of a probe that one channel of a recording came from. */
export interface RecordedSite {
  /** Column among the recording's analog channels. */
  readonly channel: number
  readonly name: string
  readonly shank: number
  readonly column: number
  readonly row: number
  /** (um) */
  readonly x: number
  /** (um) */
  readonly y: number
  /** False for what is no recording site, such as the on-shank reference. */
  readonly used: boolean
  /** How much later than the frame's start it was sampled, as a fraction of a sample. */
  readonly sampleShift: number
}

/** The recording of one probe, as its files describe it. */
export interface ProbeRecording {
  /** What `openRecording` opens. */
  readonly path: string
  /** As AcquisitionSoftware has it. */
  readonly software: string
  readonly serialNumber: string
  readonly partNumber: string
  /** (Hz) */
  readonly samplingRate: number
  /** `YYYY-MM-DDTHH:MM:SS`, local time. */
  readonly startedAt: string
  readonly durationSeconds: number
  readonly sites: readonly RecordedSite[]
}

/** A recording that was found and not read yet. */
export interface RecordingFile {
  readonly path: string
  /** What the naming of the files says, or 0. */
  readonly insertionNumber: number
}

/** How recordings of one program are found and described. */
export interface Acquisition {
  /** In a folder and below. */
  find(directory: string): Promise<readonly RecordingFile[]>
  read(path: string): Promise<ProbeRecording>
}

/** The programs whose recordings are read, by their names in AcquisitionSoftware. */
const acquisitions: Readonly<Record<string, Acquisition>> = {
  SpikeGLX: { find: findSpikeGlxRuns, read: readSpikeGlxRecording },
}

async function readSpikeGlxRecording(path: string): Promise<ProbeRecording> {
  const { probe, channels, electrodes, sampleShifts, samplingRate, durationSeconds, createdAt } =
    await readSpikeGlxMeta(path)
  return {
    path,
    software: 'SpikeGLX',
    serialNumber: probe?.serialNumber ?? '',
    partNumber: probe?.partNumber ?? '',
    samplingRate,
    startedAt: createdAt,
    durationSeconds,
    sites: electrodes.map(({ index, shank, column, row, x, y, used }) => ({
      channel: index,
      name: channels[index]?.name ?? '',
      shank,
      column,
      row,
      x,
      y,
      used,
      sampleShift: sampleShifts[index] ?? 0,
    })),
  }
}

/** A recording of the session, or why it could not be read. */
export type FoundRecording = RecordingFile &
  ({ readonly recording: ProbeRecording } | { readonly recording: null; readonly error: unknown })

/**
 * Every recording of a probe in a folder and below; one that cannot be read keeps no other from being found.
 *
 * @throws DirectoryUnreadableError `directory-unreadable`
 */
export async function findRecordings(directory: string): Promise<readonly FoundRecording[]> {
  const found: FoundRecording[] = []
  for (const { find, read } of Object.values(acquisitions)) {
    const files = await find(directory).catch((error: unknown) => {
      throw new DirectoryUnreadableError(directory, error)
    })
    for (const file of files) {
      found.push(
        await read(file.path).then(
          (recording) => ({ ...file, recording }),
          (error: unknown) => ({ ...file, recording: null, error }),
        ),
      )
    }
  }
  return found
}

/**
 * The recording that was made with a probe. Where none was and one could not be read, that is the reason.
 *
 * @throws RecordingNotFoundError `recording-not-found`
 * @throws AmbiguousRecordingError `ambiguous-recording`
 */
export async function findRecordingOf(
  probe: { readonly serialNumber: string; readonly insertionNumber: number },
  directory: string,
): Promise<ProbeRecording> {
  const found = await findRecordings(directory)
  const recordings = found.flatMap(({ recording }) => recording ?? [])
  const [match, ...others] = recordings.filter(({ serialNumber }) => serialNumber === probe.serialNumber)
  if (match && others.length === 0) return match
  if (match) {
    throw new AmbiguousRecordingError(
      probe.serialNumber,
      [match, ...others].map(({ path }) => path),
    )
  }
  const unreadable = found.flatMap((file) => (file.recording === null ? [file] : []))
  const reason = unreadable.find((file) => file.insertionNumber === probe.insertionNumber) ?? unreadable[0]
  if (reason) throw reason.error
  throw new RecordingNotFoundError(
    directory,
    probe.serialNumber,
    recordings.map(({ serialNumber }) => serialNumber),
  )
}

/** Describes a recording by the program that made it. */
export async function readProbeRecording(software: string, path: string): Promise<ProbeRecording> {
  const acquisition = acquisitions[software]
  if (!acquisition) throw new UnknownAcquisitionError(software, Object.keys(acquisitions))
  return acquisition.read(path)
}
