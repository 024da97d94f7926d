import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RecordedValue } from './recorded-value.ts'

/** One blob of fixtures/datajoint: its README says what the fields are. */
export interface RecordedCase {
  readonly name: string
  readonly column?: string | null
  readonly uncompressed?: string
  readonly value?: RecordedValue
  readonly fetched?: RecordedValue
  readonly python_reads?: RecordedValue
  readonly dims_bits?: number
}

export const fixtures = join(import.meta.dirname, '../../../../../fixtures/datajoint')

/** The cases of a file that have a blob. */
export function recordedCases(file: string): readonly RecordedCase[] {
  // the file is ours, and its README says what is in it
  const { cases } = JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as { cases: readonly RecordedCase[] }
  return cases.filter(({ column }) => column !== undefined && column !== null)
}
