import { expect, test } from 'vitest'
import {
  defineSchema,
  describe as definitionOf,
  formatMigration,
  jobsOf,
  migrate,
  planMigrate,
  readTables,
  renamed,
  type Schema,
} from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'
import { type Changing, changing, migrated, schemaOf, tableOf } from './migrating.ts'

onEveryDatabase('a migration of references', (database) => {
  test('renames a table with its parts and what refers to it', async () => {
    const prefix = database.prefix()
    const make = (typeName: string) => {
      const schema = defineSchema(`${prefix}lab`)
      const First = schema.lookup(typeName, {}, 'rig : int16\n---\nroom = "" : varchar(8)\nindex (room)', {
        parts: { Channel: [{}, '-> master\nchannel : int16'] },
      })
      const Second = schema.manual('Session', { First }, '-> First\nsession : int16')
      return { schema, First, Second }
    }
    const before = make('Setup')
    await using pipeline = await database.pipeline([before.schema])
    const { db } = pipeline
    await db(before.First).insert1({ rig: 1, room: 'x' })
    await db(before.First.Channel).insert1({ rig: 1, channel: 2 })
    await db(before.Second).insert1({ rig: 1, session: 3 })
    const after = make('Rig')
    const renames = [renamed(after.First, { was: 'Setup' })]
    await migrate(db, await planMigrate(db, [after.schema], { renames }))
    expect((await planMigrate(db, [after.schema], { renames })).tables).toEqual([])
    expect(await db(after.First.Channel).fetch()).toEqual([{ rig: 1, channel: 2 }])
    expect(await db(after.Second).join(after.First).fetch()).toEqual([{ rig: 1, session: 3, room: 'x' }])
    await expect(db(after.Second).insert1({ rig: 2, session: 3 })).rejects.toMatchObject({ code: 'missing-parent-row' })
    const [stored] = (await readTables(db, [after.schema.name])).filter(({ typeName }) => typeName === 'Session')
    expect(stored?.declaration.heading[0]?.lineage).toBe(`${prefix}lab.#rig.rig`)
    await migrate(db, await planMigrate(db, [before.schema], { renames: [renamed(before.First, { was: 'Rig' })] }))
    expect(await db(before.First.Channel).fetch()).toEqual([{ rig: 1, channel: 2 }])
  })

  test('makes text a reference where every value is there, and text again', async () => {
    const [lookup, species] = ['species : varchar(16) # which', 'species : varchar(16) # which']
    const free = { Species: lookup, Animal: `animal : varchar(8)\n---\n${species}` }
    const bound = { Species: lookup, Animal: 'animal : varchar(8)\n---\n-> Species' }
    const rows = { Species: [{ species: 'rat' }, { species: 'mouse' }], Animal: [{ animal: 'm1', species: 'rat' }] }
    await migrated(database, { from: free, to: bound, rows }, async ({ db, schema }) => {
      const animal = tableOf(schema, 'Animal')
      await expect(db(animal).insert1({ animal: 'm2', species: 'cat' })).rejects.toMatchObject({
        code: 'missing-parent-row',
      })
      const found = (await readTables(db, [schema.name])).find(({ typeName }) => typeName === 'Animal')
      expect(found?.declaration.heading[1]?.lineage).toBe(`${schema.name}.species.species`)
    })
    await migrated(database, { from: bound, to: free, rows })
    const orphan = { ...rows, Animal: [{ animal: 'm1', species: 'cat' }] }
    await changing(database, { from: free, to: bound, rows: orphan }, async ({ plan }) => {
      expect(plan.tables[0]?.steps.find(({ kind }) => kind === 'add-reference')?.problem).toMatch(
        /^1 row refers to no row of `.*species`, the first: animal = "m1", species = "cat"/,
      )
    })
  })

  test('adds a nullable reference, makes it unique, and drops it', async () => {
    const animal = 'animal : varchar(8)'
    const [none, some, unique] = [
      'session : int16',
      'session : int16\n---\n-> [nullable] Animal',
      'session : int16\n---\n-> [nullable, unique] Animal',
    ]
    const rows = { Animal: [{ animal: 'm1' }], Session: [{ session: 1 }, { session: 2 }] }
    const step = (from: string, to: string, given: Changing['rows'], options: Changing['options'] = () => ({})) =>
      migrated(database, {
        from: { Animal: animal, Session: from },
        to: { Animal: animal, Session: to },
        rows: given,
        options,
      })
    await step(none, some, rows)
    const full = { ...rows, Session: [{ session: 1, animal: 'm1' }, { session: 2 }] }
    await step(some, unique, full)
    await step(unique, some, full)
    await step(unique, none, full, (schema) => ({ drop: [`${schema.name}.session.animal`] }))
  })

  test('changes the type of a key in every table that inherits it', async () => {
    const tables = (type: string) => ({
      Animal: `animal : ${type}`,
      Session: '-> Animal\nsession : int16\n---\n-> Animal.proj(mother="animal")',
      Trial: '-> Session\ntrial : int16',
    })
    const rows = {
      Animal: [{ animal: 5 }, { animal: 6 }],
      Session: [{ animal: 5, session: 1, mother: 6 }],
      Trial: [{ animal: 5, session: 1, trial: 2 }],
    }
    await migrated(
      database,
      { from: tables('int16'), to: tables('int32'), rows },
      async ({ db, schema, rows: read }) => {
        await db(tableOf(schema, 'Animal')).insert1({ animal: 70_000 })
        expect(await read('Trial')).toEqual([{ animal: 5, session: 1, trial: 2 }])
        await expect(
          db(tableOf(schema, 'Session')).insert1({ animal: 9, session: 1, mother: 5 }),
        ).rejects.toMatchObject({ code: 'missing-parent-row' })
      },
    )
    await migrated(database, { from: tables('int16'), to: tables('varchar(8)'), rows }, async ({ rows: read }) => {
      expect(await read('Session')).toEqual([{ animal: '5', session: 1, mother: '6' }])
    })
  })

  test('changes a key that nobody inherits, and no other', async () => {
    const from = { Animal: 'animal : varchar(8)', Session: '-> Animal\nsession : int16\n---\nday : date' }
    const rows = { Animal: [{ animal: 'm1' }], Session: [{ animal: 'm1', session: 1, day: '2020-01-01' }] }
    const Session = 'day : date\n-> Animal\nsession : int16'
    await migrated(database, { from, to: { ...from, Session }, rows }, async ({ rows: read }) => {
      expect(await read('Session')).toEqual([{ day: '2020-01-01', animal: 'm1', session: 1 }])
    })
    const to = {
      Animal: 'animal : varchar(8)\nnumber = 1 : int16',
      Session: '-> Animal\nsession : int16\n---\nday : date',
    }
    await changing(database, { from, to, rows }, async ({ plan }) => {
      expect(formatMigration(plan)).toMatch(/session` inherits the key, .*Declare the new table/)
    })
  })

  test('creates new tables, to which old ones may refer', async () => {
    const rows = { Animal: [{ animal: 'm1' }] }
    const to = {
      LookupRig: 'rig : int16',
      Animal: 'animal : varchar(8)\n---\n-> [nullable] LookupRig',
      Session: '-> Animal',
    }
    await migrated(database, { from: { Animal: 'animal : varchar(8)' }, to, rows }, async ({ plan, db, schema }) => {
      expect(plan.created.map(({ table }) => table)).toEqual(['#lookup_rig', 'session'])
      await db(tableOf(schema, 'Session')).insert1({ animal: 'm1' })
    })
  })

  test('makes text a reference to a new lookup table that comes with every value', async () => {
    const name = `${database.prefix()}lab`
    const before = defineSchema(name)
    const Old = before.manual('Animal', {}, 'animal : varchar(8)\n---\nspecies : varchar(16)')
    await using pipeline = await database.pipeline([before])
    const { db } = pipeline
    await db(Old).insert1({ animal: 'm1', species: 'rat' })
    const after = defineSchema(name)
    const contents = [{ species: 'rat' }, { species: 'mouse' }]
    const Species = after.lookup('Species', {}, 'species : varchar(16)', { contents })
    const Animal = after.manual('Animal', { Species }, 'animal : varchar(8)\n---\n-> Species')
    await db(Old).insert1({ animal: 'm2', species: 'cat' })
    const blocked = await planMigrate(db, [after])
    expect(formatMigration(blocked)).toMatch(
      /1 row refers to no row that `.*#species`, which is new, comes with, the first: animal = "m2"/,
    )
    await db(Old).update1({ animal: 'm2', species: 'mouse' })
    await migrate(db, await planMigrate(db, [after]))
    expect(await db(Animal).join(Species).count()).toBe(2)
    await expect(db(Animal).insert1({ animal: 'm3', species: 'cat' })).rejects.toMatchObject({
      code: 'missing-parent-row',
    })
  })

  test('keeps jobs with the renamed attributes of their keys, and drops those of other keys only where that is allowed', async () => {
    const name = `${database.prefix()}lab`
    const make = { fetch: async () => 1, compute: async () => ({ row: { n: 1 } }) }
    const labOf = (attribute: string, type: string) => {
      const schema = defineSchema(name)
      const Animal = schema.manual('Animal', {}, [attribute, type].join(' : '))
      const Weight = schema.computed('Weight', { Animal }, '-> Animal\n---\nn : int16', make)
      return { schema, Animal, Weight }
    }
    const [first, second, third] = [labOf('animal', 'int16'), labOf('subject', 'int16'), labOf('subject', 'int32')]
    await using pipeline = await database.pipeline([first.schema])
    const { db } = pipeline
    await db(first.Animal).insert([{ animal: 1 }, { animal: 2 }])
    await jobsOf(db, first.Weight).refresh()
    const renames = [renamed(second.Animal, { attributes: { subject: 'animal' } })]
    await migrate(db, await planMigrate(db, [second.schema], { renames }))
    expect((await jobsOf(db, second.Weight).list()).map(({ key }) => key)).toEqual([{ subject: 1 }, { subject: 2 }])
    const refused = await planMigrate(db, [third.schema])
    await expect(migrate(db, refused)).rejects.toMatchObject({
      code: 'destructive-migration',
      steps: [{ name: `${name}.~~weight` }],
    })
    await migrate(db, await planMigrate(db, [third.schema], { drop: [`${name}.~~weight`] }))
    await jobsOf(db, third.Weight).refresh()
    expect(await jobsOf(db, third.Weight).list()).toHaveLength(2)
  })

  test('gives what becomes a reference the collation of its parent', async () => {
    if (database.name === 'sqlite') return
    const before = {
      Animal: 'animal : varchar(8)',
      Session: 'session : int16\n---\nsubject : varchar(8)',
      Trial: '-> Session',
    }
    const after = {
      Animal: 'animal : varchar(20) # which',
      Session: 'session : int16\n---\n-> Animal.proj(subject="animal")',
      Trial: '-> Session\n---\n-> [nullable] Animal',
    }
    const name = `${database.prefix()}lab`
    const first = schemaOf(name, before)
    await using pipeline = await database.pipeline([first])
    const { db } = pipeline
    const table = `\`${name}\`.\`animal\``
    const collation = 'CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci'
    await contextOf(db).connection.execute({ sql: `ALTER TABLE ${table} ${collation}`, parameters: [] })
    await db(tableOf(first, 'Animal')).insert1({ animal: 'm1' })
    await db(tableOf(first, 'Session')).insert1({ session: 1, subject: 'm1' })
    const second = schemaOf(name, after)
    await migrate(db, await planMigrate(db, [second]))
    expect((await planMigrate(db, [second])).tables).toEqual([])
    const collations = await contextOf(db).connection.query({
      sql: `SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema = ? AND data_type = 'varchar' AND table_name NOT LIKE '~%'`,
      parameters: [name],
    })
    expect(collations).toEqual([['utf8mb4_general_ci']])
  })

  test('is refused where a table that inherits a changed key is in no schema that was given', async () => {
    const name = database.prefix()
    const lab = schemaOf(`${name}lab`, { Animal: 'animal : varchar(8)' })
    const other = defineSchema(`${name}other`)
    other.manual('Note', { Animal: tableOf(lab, 'Animal') as never }, '-> Animal\nnote : int16')
    await using pipeline = await database.pipeline([lab, other])
    const { db } = pipeline
    const wider = schemaOf(`${name}lab`, { Animal: 'animal : varchar(20)' })
    const plan = await planMigrate(db, [wider])
    expect(plan.tables[0]?.steps[0]?.problem).toContain(
      `\`${other.name}.note\` inherits it and is in none of the schemas`,
    )
    await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'blocked-migration' })
    // who refers to it knows it by its own name
    const renames = (schema: Schema) => [renamed(tableOf(schema, 'Animal'), { attributes: { subject: 'animal' } })]
    const called = schemaOf(`${name}lab`, { Animal: 'subject : varchar(8)' })
    await migrate(db, await planMigrate(db, [called], { renames: renames(called) }))
    const [note] = await readTables(db, [other.name])
    expect(note && definitionOf(note)).toBe("-> Animal.proj(animal='subject')\nnote : int16")
    const origin = note?.declaration.heading[0]?.lineage
    expect(origin).toBe(`${name}lab.animal.subject`)
  })
})
