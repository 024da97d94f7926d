import { join } from 'node:path'
import type { Database } from '@neurojoint/core'
import { subject } from '../pipeline.ts'
import { atLine, CsvError, readCsv } from './csv.ts'

const sexes = ['M', 'F', 'U'] as const

/** The animals, from `subjects.csv`. Those that are there already stay as they are. */
export async function ingestSubjects(db: Database, folder: string): Promise<void> {
  const list = await readCsv(join(folder, 'subjects.csv'), [
    'subject',
    'sex',
    'subject_birth_date',
    'subject_description',
  ])
  const rows = list.rows.map((row, index) => {
    const at = `line ${list.lines[index]} has`
    if (row.subject === '') throw new CsvError(list.path, `${at} no subject: name it.`)
    const sex = sexes.find((one) => one === row.sex)
    if (sex === undefined) throw new CsvError(list.path, `${at} the sex \`${row.sex}\`; write ${sexes.join(', ')}.`)
    return { ...row, sex }
  })
  await atLine(list, db(subject.Subject).insert(rows, { skipDuplicates: true }))
}
