import type { TestDatabase } from './databases.ts'
import { defineSchema } from '../src/index.ts'

/** A small pipeline: two manual tables, a lookup, an imported table with a part, and what depends on the part. */
export function labSchemas(prefix: string) {
  const lab = defineSchema(`${prefix}lab`)
  const Species = lab.lookup('Species', {}, `
    # what an animal is
    species : varchar(32)
  `, { contents: [{ species: 'mouse' }, { species: 'rat' }] })
  const Subject = lab.manual('Subject', { Species }, `
    # an animal
    subject : varchar(8)
    ---
    -> [nullable] Species
    sex = 'U' : enum('M', 'F', 'U')
    weight = null : float32   # (g)
    notes = '' : varchar(64)
  `, { parts: { Tag: [{}, `
    -> master
    tag : varchar(16)
  `] } })
  const Session = lab.manual('Session', { Subject }, `
    -> Subject
    session : int16
    ---
    started : datetime(3)
    unique index (subject, started)
  `)
  return { lab, Species, Subject, Session }
}

export type Lab = ReturnType<typeof labSchemas>

/** The lab on a fresh database, with subjects of two species and of none, and sessions of two of them. */
export async function filledLab(database: TestDatabase) {
  const schemas = labSchemas(database.prefix())
  const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
  await db(schemas.Subject).insert([
    { subject: 'm1', species: 'mouse', sex: 'F', weight: 21.5 },
    { subject: 'm2', species: 'mouse', sex: 'M' },
    { subject: 'r1', species: 'rat' },
    { subject: 'x1' },
  ])
  await db(schemas.Session).insert([
    { subject: 'm1', session: 1, started: '2024-05-01 10:00:00.125' },
    { subject: 'm1', session: 2, started: '2024-05-02 10:00:00' },
    { subject: 'r1', session: 1, started: '2024-05-03 10:00:00' },
  ])
  return { ...schemas, db, [Symbol.asyncDispose]: dispose }
}
