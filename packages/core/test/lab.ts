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

