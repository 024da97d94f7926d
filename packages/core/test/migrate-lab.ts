import { defineSchema, type PlanMigrateOptions, renamed } from '../src/index.ts'

/** A lab before it is changed in every way. */
export function firstLab(name: string) {
  const schema = defineSchema(name)
  const Animal = schema.manual(
    'Animal',
    {},
    `
    animal : int16  # number
    ---
    species : varchar(16)
    weight : float64
    note = "" : varchar(8)
  `,
  )
  const Species = schema.manual('Species', {}, 'species : varchar(16)')
  const Setup = schema.manual('Setup', {}, 'setup : int16\n---\nroom : varchar(8)\nindex (room)', {
    parts: { Channel: [{}, '-> master\nchannel : int16'] },
  })
  const Session = schema.manual(
    'Session',
    { Animal, Setup },
    `
    -> Animal
    session : int16
    ---
    -> Setup
    day : date
    quality : enum('good', 'bad')
    unique index (day, quality)
  `,
  )
  return { schema, Animal, Species, Setup, Session }
}

/** The same lab after it. */
export function changedLab(name: string) {
  const schema = defineSchema(name)
  const Species = schema.manual('Species', {}, 'species : varchar(16)')
  const Room = schema.lookup('Room', {}, 'room : varchar(80)', { contents: [{ room: 'a' }, { room: 'b' }] })
  const Person = schema.lookup('Person', {}, 'person : varchar(8)', { contents: [{ person: 'ada' }] })
  const Animal = schema.manual(
    'Animal',
    { Species },
    `
    # what is recorded
    subject : int32  # number
    ---
    -> Species
    mass : float64  # (g)
    sex = 'U' : enum('M', 'F', 'U')
  `,
  )
  const Rig = schema.manual('Rig', { Room }, 'rig : int32\n---\n-> [nullable] Room', {
    parts: { Channel: [{}, '-> master\nchannel : int16'] },
  })
  const Session = schema.manual(
    'Session',
    { Animal, Rig, Person },
    `
    -> Animal
    session : int16
    ---
    -> Rig
    -> [nullable] Person
    day : date
    quality : enum('bad', 'good', 'fair')
    index (day)
  `,
  )
  const options: PlanMigrateOptions = {
    renames: [
      renamed(Animal, { attributes: { subject: 'animal', mass: 'weight' } }),
      renamed(Rig, { was: 'Setup', attributes: { rig: 'setup' } }),
    ],
    drop: [`${name}.animal.note`],
  }
  return { schema, Animal, Species, Rig, Session, Person, options }
}
