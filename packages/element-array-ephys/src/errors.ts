/** The errors of this package; recognise them by `code`. */
export abstract class EphysError extends Error {
  abstract readonly code: string
}

/** The database knows a probe type under this name, with other electrodes. */
export class ProbeTypeDiffersError extends EphysError {
  override readonly name = 'ProbeTypeDiffersError'
  readonly code = 'probe-type-differs'
  readonly probeType: string
  /** Of the electrodes of the part number, how many the database lacks or has elsewhere. */
  readonly differing: number
  constructor(probeType: string, differing: number, expected: number) {
    super(
      `The probe type \`${probeType}\` is in the database, but ${differing} of its ${expected} electrodes are missing or ` +
        'lie elsewhere than the vendor says (pipelines made before element-array-ephys 0.3 have such layouts). ' +
        'Correct its electrodes, or make the type under another name.',
    )
    this.probeType = probeType
    this.differing = differing
  }
}

/** A folder where recordings are looked for cannot be read. */
export class DirectoryUnreadableError extends EphysError {
  override readonly name = 'DirectoryUnreadableError'
  readonly code = 'directory-unreadable'
  readonly directory: string
  constructor(directory: string, cause: unknown) {
    super(
      `The session's folder ${directory} cannot be read (${cause instanceof Error ? cause.message : String(cause)}). ` +
        'Mount the drive, or correct what sessionDirectory() gives for this session.',
      { cause },
    )
    this.directory = directory
  }
}

/** No recording in a session's folder was made with the inserted probe. */
export class RecordingNotFoundError extends EphysError {
  override readonly name = 'RecordingNotFoundError'
  readonly code = 'recording-not-found'
  readonly directory: string
  readonly serialNumber: string
  /** The serial numbers of the probes that recordings were found of. */
  readonly found: readonly string[]
  constructor(directory: string, serialNumber: string, found: readonly string[]) {
    super(
      `No recording of the inserted probe ${serialNumber} is in ${directory}: ` +
        (found.length === 0 ? 'there is no recording at all. ' : `there are recordings of ${found.join(', ')}. `) +
        'Correct the probe of this insertion, or the folder of this session.',
    )
    this.directory = directory
    this.serialNumber = serialNumber
    this.found = found
  }
}

/** Several recordings in a session's folder were made with the inserted probe. */
export class AmbiguousRecordingError extends EphysError {
  override readonly name = 'AmbiguousRecordingError'
  readonly code = 'ambiguous-recording'
  readonly serialNumber: string
  readonly paths: readonly string[]
  constructor(serialNumber: string, paths: readonly string[]) {
    super(
      `${paths.length} recordings of the probe ${serialNumber} belong to one insertion: ${paths.join(', ')}. ` +
        'An insertion has one. Gates (`_g0`, `_g1`) are runs of their own: give each a session, and name the folder of its run ' +
        'for it. Triggers (`_t0`, `_t1`) are parts of one run: join them with CatGT, and name a folder that holds the joined ' +
        'file (`_tcat`) and not its parts.',
    )
    this.serialNumber = serialNumber
    this.paths = paths
  }
}

/** A recording used sites that the probe's type in the database does not have. */
export class ProbeMismatchError extends EphysError {
  override readonly name = 'ProbeMismatchError'
  readonly code = 'probe-mismatch'
  readonly path: string
  readonly serialNumber: string
  readonly probeType: string
  readonly partNumber: string
  constructor(path: string, serialNumber: string, probeType: string, partNumber: string, site: string) {
    super(
      `${path} was recorded with a ${partNumber} and uses its ${site}, but the database has the probe ${serialNumber} ` +
        `as a \`${probeType}\`, which has no such electrode. ` +
        `Make the type with createProbeType(db, tables, '${partNumber}'), and let the probe be of it.`,
    )
    this.path = path
    this.serialNumber = serialNumber
    this.probeType = probeType
    this.partNumber = partNumber
  }
}

/** A file that the database names is in none of the data directories. */
export class DataFileMissingError extends EphysError {
  override readonly name = 'DataFileMissingError'
  readonly code = 'data-file-missing'
  readonly path: string
  readonly directories: readonly string[]
  constructor(path: string, directories: readonly string[]) {
    super(
      `\`${path}\` is in none of the data directories (${directories.join(', ') || 'none are given'}). ` +
        'Mount the drive, add its folder to dataDirectories(), or correct the path.',
    )
    this.path = path
    this.directories = directories
  }
}

/** A file lies outside all data directories, so that no relative path names it. */
export class OutsideDataDirectoriesError extends EphysError {
  override readonly name = 'OutsideDataDirectoriesError'
  readonly code = 'outside-data-directories'
  readonly path: string
  readonly directories: readonly string[]
  constructor(path: string, directories: readonly string[]) {
    super(
      `${path} is outside the data directories (${directories.join(', ') || 'none are given'}). ` +
        'Paths are kept relative to one of them: add the folder to dataDirectories().',
    )
    this.path = path
    this.directories = directories
  }
}

/** No reader is known for the program that made a recording. */
export class UnknownAcquisitionError extends EphysError {
  override readonly name = 'UnknownAcquisitionError'
  readonly code = 'unknown-acquisition'
  readonly software: string
  readonly known: readonly string[]
  constructor(software: string, known: readonly string[]) {
    super(`No reader of recordings by \`${software}\` is known. Known: ${known.join(', ')}.`)
    this.software = software
    this.known = known
  }
}

/** A clustering task is to run a program. */
export class TriggerUnsupportedError extends EphysError {
  override readonly name = 'TriggerUnsupportedError'
  readonly code = 'trigger-unsupported'
  readonly method: string
  constructor(method: string) {
    super(
      `The task is to trigger \`${method}\`; only sorts that were made before can be loaded. ` +
        "Run the program, then set the task's task_mode to 'load' and clustering_output_dir to its output folder.",
    )
    this.method = method
  }
}

/** A sort and the recording that it belongs to contradict each other. */
export class SortMismatchError extends EphysError {
  override readonly name = 'SortMismatchError'
  readonly code = 'sort-mismatch'
  readonly folder: string
  readonly found: string
  readonly expected: string
  constructor(folder: string, found: string, expected: string) {
    super(
      `The sort in ${folder} does not belong to its recording: it has ${found}, expected ${expected}. ` +
        'Point clustering_output_dir of the task to the sort of this recording.',
    )
    this.folder = folder
    this.found = found
    this.expected = expected
  }
}

/** A sort was curated again since its units were read. */
export class SortChangedError extends EphysError {
  override readonly name = 'SortChangedError'
  readonly code = 'sort-changed'
  readonly folder: string
  readonly unit: number
  readonly spikes: number
  readonly expected: number
  constructor(folder: string, unit: number, spikes: number, expected: number) {
    super(
      `The sort in ${folder} has ${spikes} spikes of unit ${unit}, but had ${expected} when CuratedClustering was made: ` +
        'it was curated again. Delete that row of CuratedClustering and populate it again.',
    )
    this.folder = folder
    this.unit = unit
    this.spikes = spikes
    this.expected = expected
  }
}

/** A preprocessing is to leave out channels that the recording does not have, or that are no channels at all. */
export class InvalidExcludedChannelsError extends EphysError {
  override readonly name = 'InvalidExcludedChannelsError'
  readonly code = 'invalid-excluded-channels'
  readonly found: unknown
  constructor(found: unknown, channels: number) {
    super(
      `The preprocessing parameter excludedChannels is ${JSON.stringify(found)}; expected a list of columns of the ` +
        `recording, which has ${channels}, counted from 0. Make a parameter set for recordings of this kind.`,
    )
    this.found = found
  }
}

/** Two probes of one session have the same insertion number. */
export class InsertionTakenError extends EphysError {
  override readonly name = 'InsertionTakenError'
  readonly code = 'insertion-taken'
  readonly path: string
  readonly insertionNumber: number
  constructor(path: string, insertionNumber: number, serialNumber: string, other: string) {
    super(
      `${path} is of the probe ${serialNumber}, but insertion ${insertionNumber} of this session is already of ${other}. ` +
        'Insert the rows of this session by hand, each probe with a number of its own.',
    )
    this.path = path
    this.insertionNumber = insertionNumber
  }
}

/** The parameters of a PreprocessingParamSet hold no chain, or entries that they do not have. */
export class InvalidPreprocessingParametersError extends EphysError {
  override readonly name = 'InvalidPreprocessingParametersError'
  readonly code = 'invalid-preprocessing-parameters'
  /** The entry that is unknown; null where there is no chain. */
  readonly found: string | null
  constructor(found: string | null) {
    super(
      (found === null ? 'The parameters hold no `chain`. ' : `The parameters hold an unknown entry \`${found}\`. `) +
        'They are { chain, peaks?, excludedChannels? }: see defaultPreprocessingParameters; a set that was made for an earlier version gets a new index.',
    )
    this.found = found
  }
}
