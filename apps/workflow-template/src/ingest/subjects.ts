import { join } from 'node:path'
import type { Database } from '@neurojoint/core'
import { subject } from '../pipeline.ts'
import { CsvError, readCsv } from './csv.ts'

const sexes = ['M', 'F', 'U'] as const

/** The animals, from `subjects.csv`. Those that are there already stay as they are. */
export async function ingestSubjects(db: Database, folder: string): Promise<void> {
  const path = join(folder, 'subjects.csv')
  const rows = await readCsv(path, ['subject', 'sex', 'subject_birth_date', 'subject_description'])
  await db(subject.Subject).insert(
    rows.map((row, index) => {
      const sex = sexes.find((one) => one === row.sex)
      if (sex === undefined)
        throw new CsvError(path, `line ${index + 2} has the sex \`${row.sex}\`; write ${sexes.join(', ')}.`)
      return { ...row, sex }
    }),
    { skipDuplicates: true },
  )
}
