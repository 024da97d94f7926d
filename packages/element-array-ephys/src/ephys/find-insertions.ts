import { InsertionTakenError } from '../errors.ts'
import { findRecordings } from './acquisition.ts'

/** What a session's folder says about the probes that were inserted, for the app to insert. */
export interface FoundInsertions {
  /** Rows of Probe: `probe_type` is the part number, a name that createProbeType() takes. */
  readonly probes: readonly { readonly probe: string; readonly probe_type: string }[]
  /** Rows of ProbeInsertion but for the session's key. */
  readonly insertions: readonly { readonly insertion_number: number; readonly probe: string }[]
  /** Recordings that could not be read, and those whose insertion number belongs to another probe. */
  readonly problems: readonly { readonly path: string; readonly error: unknown }[]
}

/**
 * Finds the probes of a session by its recordings, as `ProbeInsertion.auto_generate_entries` of the DataJoint Elements
 * does. It reads metadata only, and no database.
 *
 * @throws DirectoryUnreadableError `directory-unreadable`
 */
export async function findInsertions(directory: string): Promise<FoundInsertions> {
  const probes = new Map<string, { probe: string; probe_type: string }>()
  const insertions = new Map<number, { insertion_number: number; probe: string }>()
  const problems: { path: string; error: unknown }[] = []
  for (const found of await findRecordings(directory)) {
    const { path, insertionNumber, recording } = found
    if (recording === null) {
      problems.push({ path, error: found.error })
      continue
    }
    const { serialNumber, partNumber } = recording
    const taken = insertions.get(insertionNumber)
    if (taken && taken.probe !== serialNumber) {
      problems.push({ path, error: new InsertionTakenError(path, insertionNumber, serialNumber, taken.probe) })
      continue
    }
    probes.set(serialNumber, { probe: serialNumber, probe_type: partNumber })
    insertions.set(insertionNumber, { insertion_number: insertionNumber, probe: serialNumber })
  }
  return { probes: [...probes.values()], insertions: [...insertions.values()], problems }
}
