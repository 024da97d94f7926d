import { expect, test } from 'vitest'
import {
  type Database,
  defineSchema,
  describe as definitionOf,
  formatMigration,
  jobsOf,
  migrate,
  type MigrationPlan,
  planDeclare,
  planMigrate,
  type PlanMigrateOptions,
  readTables,
  renamed,
  type Schema,
} from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

type Definitions = Readonly<Record<string, string>>

/** Manual tables by their definitions, each of which may refer to those before it. */
function schemaOf(name: string, definitions: Definitions, compat?: 'python-0.14'): Schema {
  const schema = compat ? defineSchema(name, { compat }) : defineSchema(name)
  const known: Record<string, never> = {}
  for (const [typeName, definition] of Object.entries(definitions)) {
    const declare = typeName.startsWith('Lookup') ? schema.lookup : schema.manual
    // what a definition that is no literal declares is not known to the compiler
    known[typeName] = declare.call(schema, typeName, known, definition) as never
  }
  return schema
}

const tableOf = (schema: Schema, typeName: string) => {
  const found = schema.tables.find((table) => table.typeName === typeName)
  if (!found) throw new Error(`no ${typeName}`)
  return found
}

interface Changing {
  readonly from: Definitions
  readonly to: Definitions
  readonly rows: Readonly<Record<string, readonly object[]>>
  readonly options?: (schema: Schema) => PlanMigrateOptions
  readonly compat?: 'python-0.14'
}

interface Changed {
  readonly db: Database
  readonly schema: Schema
  readonly plan: MigrationPlan
  /** The rows of a table after it, by its name. */
  readonly rows: (typeName: string) => Promise<readonly object[]>
}

async function changing(
  database: TestDatabase,
  given: Changing,
  work: (changed: Changed) => Promise<void>,
): Promise<void> {
  const { from, to, rows, options = () => ({}), compat } = given
  const name = `${database.prefix()}lab`
  const before = schemaOf(name, from, compat)
  await using pipeline = await database.pipeline([before])
  const { db } = pipeline
  for (const [typeName, own] of Object.entries(rows)) await db(tableOf(before, typeName)).insert(own)
  const schema = schemaOf(name, to, compat)
  const plan = await planMigrate(db, [schema], options(schema))
  await work({ db, schema, plan, rows: (typeName) => db(tableOf(schema, typeName)).fetch() })
}

/** Migrates, and makes sure that the database is what the definitions say, which nothing is left to change in. */
async function migrated(
  database: TestDatabase,
  given: Changing,
  work: (changed: Changed) => Promise<void> = async () => {},
) {
  await changing(database, given, async (changed) => {
    const { db, schema, plan } = changed
    try {
      await migrate(db, plan)
    } catch (error) {
      throw new Error(`${formatMigration(plan)}\n${error instanceof Error ? error.message : ''}`, { cause: error })
    }
    expect((await planMigrate(db, [schema], given.options?.(schema))).tables).toEqual([])
    expect((await planDeclare(db, [schema])).tables).toEqual([])
    const stored = await readTables(db, [schema.name])
    for (const table of schema.tables) {
      const found = stored.find(({ typeName }) => typeName === table.typeName)
      const lines = (text: string) => text.split('\n').toSorted()
      expect(lines(definitionOf(found ?? table))).toEqual(lines(definitionOf(table)))
    }
    await work(changed)
  })
}

const animals = {
  from: { Animal: 'animal : varchar(8)\n---\nweight : float64 # (g)\nnotes = "" : varchar(16)' },
  rows: {
    Animal: [
      { animal: 'm1', weight: 20.5, notes: 'a' },
      { animal: 'm2', weight: 21, notes: 'b' },
    ],
  },
}

onEveryDatabase('a migration', (database) => {
  test('adds attributes, which rows that are there have by their default', async () => {
    await migrated(
      database,
      {
        ...animals,
        to: {
          Animal:
            'animal : varchar(8)\n---\nsex = "U" : enum("M", "F", "U") # as seen\nweight : float64 # (g)\nborn = null : date\nnotes = "" : varchar(16)\nlegs = 4 : int16',
        },
      },
      async ({ rows }) => {
        expect(await rows('Animal')).toEqual([
          { animal: 'm1', sex: 'U', weight: 20.5, born: null, notes: 'a', legs: 4 },
          { animal: 'm2', sex: 'U', weight: 21, born: null, notes: 'b', legs: 4 },
        ])
      },
    )
  })

  test('drops an attribute only where it is named', async () => {
    const to = { Animal: 'animal : varchar(8)\n---\nweight : float64 # (g)' }
    await changing(database, { ...animals, to }, async ({ db, schema, plan, rows }) => {
      await expect(migrate(db, plan)).rejects.toMatchObject({
        code: 'destructive-migration',
        steps: [{ name: `${schema.name}.animal.notes` }],
      })
      expect(await rows('Animal')).toHaveLength(2)
      const allowed = await planMigrate(db, [schema], { drop: [`${schema.name}.animal.notes`] })
      await migrate(db, allowed)
      expect(await rows('Animal')).toEqual([
        { animal: 'm1', weight: 20.5 },
        { animal: 'm2', weight: 21 },
      ])
    })
  })

  test('renames attributes with their values, and those that inherit them (T16)', async () => {
    const sessions = (animal: string) => `-> Animal\nsession : int16\n---\n-> Animal.proj(mother="${animal}")`
    await migrated(
      database,
      {
        from: { ...animals.from, Session: sessions('animal') },
        rows: { ...animals.rows, Session: [{ animal: 'm1', session: 1, mother: 'm2' }] },
        to: {
          Animal: 'subject : varchar(8)\n---\nmass : float64 # (g)\nnotes = "" : varchar(16)',
          Session: sessions('subject'),
        },
        options: (schema) => ({
          renames: [renamed(tableOf(schema, 'Animal'), { attributes: { subject: 'animal', mass: 'weight' } })],
        }),
      },
      async ({ rows, db, schema }) => {
        expect(await rows('Animal')).toEqual([
          { subject: 'm1', mass: 20.5, notes: 'a' },
          { subject: 'm2', mass: 21, notes: 'b' },
        ])
        expect(await rows('Session')).toEqual([{ subject: 'm1', session: 1, mother: 'm2' }])
        await expect(
          db(tableOf(schema, 'Session')).insert1({ subject: 'm9', session: 1, mother: 'm1' }),
        ).rejects.toMatchObject({ code: 'missing-parent-row' })
      },
    )
  })

  test('never guesses that something was renamed', async () => {
    const to = { Animal: 'animal : varchar(8)\n---\nmass = 1 : float64 # (g)\nnotes = "" : varchar(16)' }
    await changing(database, { ...animals, to }, async ({ db, plan }) => {
      expect(plan.tables[0]?.steps.map(({ kind }) => kind)).toEqual(['drop-attribute', 'add-attribute'])
      await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'destructive-migration' })
    })
  })

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

  test.each<[string, string, unknown, string, unknown]>([
    ['int16', '5', 300, 'int32', 300],
    ['int32', '5', 100, 'int8', 100],
    ['int32', '5', 7, 'int64', 7n],
    ['int16', '5', 3, 'float64', 3],
    ['float64', '1', 3, 'int16', 3],
    ['float64', '1', 0.5, 'float32', 0.5],
    ['float32', '1', 0.25, 'float64', 0.25],
    ['int16', '5', 1, 'bool', true],
    ['bool', 'false', true, 'int8', 1],
    ['decimal(5,2)', '1', '1.50', 'decimal(9,3)', '1.500'],
    ['decimal(5,2)', '1', '2.00', 'int16', 2],
    ['decimal(5,2)', '1', '2.50', 'varchar(9)', '2.50'],
    ['decimal(5,2)', '1', '2.50', 'float64', 2.5],
    ['int16', '5', 3, 'decimal(5,2)', '3.00'],
    ['int16', '5', -3, 'varchar(4)', '-3'],
    ['varchar(4)', '"1"', '-12', 'int8', -12],
    ['varchar(4)', '"a"', 'abcd', 'varchar(400)', 'abcd'],
    ['varchar(40)', '"a"', 'ähñd', 'varchar(4)', 'ähñd'],
    ['varchar(4)', '"a"', 'b', 'enum("a","b")', 'b'],
    ['enum("a","b")', '"a"', 'b', 'enum("c","b","a")', 'b'],
    ['enum("a","b","c")', '"a"', 'b', 'enum("a","b")', 'b'],
    ['enum("a","b")', '"a"', 'b', 'varchar(1)', 'b'],
    ['date', '"2020-01-02"', '2020-03-04', 'datetime(3)', '2020-03-04 00:00:00.000'],
    ['datetime(3)', '"2020-01-02 00:00:00"', '2020-03-04 00:00:00.000', 'date', '2020-03-04'],
    ['datetime(3)', '"2020-01-02 03:04:05"', '2020-03-04 05:06:07.000', 'datetime', '2020-03-04 05:06:07'],
    ['datetime', '"2020-01-02 03:04:05"', '2020-03-04 05:06:07', 'datetime(6)', '2020-03-04 05:06:07.000000'],
    ['varchar(10)', '"2020-01-02"', '2020-03-04', 'date', '2020-03-04'],
  ])('turns %s (default %s, %s) into %s', async (from, initial, given, to, kept) => {
    const initialTo = to === 'bool' ? 'true' : to.startsWith('enum') ? '"a"' : initial === 'false' ? '0' : initial
    const now = to.startsWith('enum')
      ? initialTo
      : /^(varchar|date)/.test(to)
        ? `"${initial.replaceAll('"', '').slice(0, to === 'date' ? 10 : 99)}"`
        : initialTo.replaceAll('"', '')
    await migrated(
      database,
      {
        from: { Thing: `thing : int16\n---\nv = ${initial} : ${from}` },
        rows: { Thing: [{ thing: 1, v: given }] },
        to: { Thing: `thing : int16\n---\nv = ${now} : ${to}` },
      },
      async ({ rows }) => expect(await rows('Thing')).toEqual([{ thing: 1, v: kept }]),
    )
  })

  test.each<[string, unknown, string]>([
    ['int32', 200, 'int8'],
    ['float64', 0.5, 'int16'],
    ['float64', 0.1, 'float32'],
    ['int32', 2 ** 24 + 1, 'float32'],
    ['decimal(5,2)', '1.25', 'decimal(5,1)'],
    ['varchar(8)', 'abcdefgh', 'varchar(4)'],
    ['varchar(8)', 'c', 'enum("a","b")'],
    ['varchar(8)', '007', 'int16'],
    ['varchar(8)', 'x ', 'char(8)'],
    ['datetime(3)', '2020-01-02 03:04:05.678', 'datetime'],
    ['datetime', '2020-01-02 03:04:05', 'date'],
    ['enum("a","b")', 'b', 'enum("a","c")'],
  ])('refuses to lose something of %s %s as %s', async (from, given, to) => {
    await changing(
      database,
      {
        from: { Thing: `thing : int16\n---\nv : ${from}` },
        rows: { Thing: [{ thing: 1, v: given }] },
        to: { Thing: `thing : int16\n---\nv : ${to}` },
      },
      async ({ db, plan }) => {
        expect(plan.tables[0]?.steps[0]?.checks).toMatchObject([{ rows: 1, example: { thing: '1' } }])
        await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'blocked-migration' })
      },
    )
  })

  test('says what no rule converts, and what to do', async () => {
    const given = {
      from: { Thing: 'thing : int16\n---\nv = null : <blob>' },
      rows: {},
      to: { Thing: 'thing : int16\n---\nv = null : json' },
    }
    await changing(database, given, async ({ db, plan }) => {
      expect(formatMigration(plan)).toMatch(/cannot be done: .*coded otherwise\. Add an attribute/)
      await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'blocked-migration' })
    })
  })

  test('makes attributes nullable, and required where no row is without', async () => {
    const [optional, required] = ['thing : int16\n---\nv = null : int16', 'thing : int16\n---\nv : int16']
    await migrated(database, {
      from: { Thing: required },
      to: { Thing: optional },
      rows: { Thing: [{ thing: 1, v: 2 }] },
    })
    await migrated(database, {
      from: { Thing: optional },
      to: { Thing: required },
      rows: { Thing: [{ thing: 1, v: 2 }] },
    })
    const rows = {
      Thing: [
        { thing: 1, v: 2 },
        { thing: 2, v: null },
      ],
    }
    await changing(database, { from: { Thing: optional }, to: { Thing: required }, rows }, async ({ plan }) => {
      expect(plan.tables[0]?.steps[0]?.problem).toMatch(/^1 row have no `v`, the first: thing = 2/)
    })
  })

  test('wants a value for a new attribute that is required, unless there is no row', async () => {
    const [from, to] = ['thing : int16', 'thing : int16\n---\nv : int16']
    await migrated(database, { from: { Thing: from }, to: { Thing: to }, rows: {} })
    await changing(
      database,
      { from: { Thing: from }, to: { Thing: to }, rows: { Thing: [{ thing: 1 }] } },
      async ({ plan }) => {
        expect(plan.tables[0]?.steps[0]?.problem).toMatch(/^1 row have no value for `v`. Give it a default/)
      },
    )
  })

  test('changes defaults and comments', async () => {
    await migrated(
      database,
      {
        from: {
          Thing: '# one\nthing : int16 # a\n---\nv = 1 : int16 # b\nw = "x" : varchar(4)\nx : date',
          Other: '-> Thing',
        },
        to: {
          Thing: '# two\nthing : int16 # c\n---\nv = 2 : int16 # d\nw : varchar(4)\nx = "2020-01-01" : date',
          Other: '-> Thing',
        },
        rows: { Thing: [{ thing: 1, v: 5, w: 'y', x: '2020-02-03' }], Other: [{ thing: 1 }] },
      },
      async ({ rows }) => expect(await rows('Thing')).toEqual([{ thing: 1, v: 5, w: 'y', x: '2020-02-03' }]),
    )
  })

  test('adds and drops indexes', async () => {
    const base = 'thing : int16\n---\na : int16\nb : varchar(8)\nc : int16'
    const rows = {
      Thing: [
        { thing: 1, a: 1, b: 'x', c: 1 },
        { thing: 2, a: 1, b: 'y', c: 1 },
      ],
    }
    const [one, two] = [`${base}\nindex (c)\nunique index (a, b)`, `${base}\nunique index (b)\nindex (a, c)`]
    await migrated(database, { from: { Thing: base }, to: { Thing: one }, rows })
    await migrated(database, { from: { Thing: one }, to: { Thing: two }, rows })
    await migrated(database, { from: { Thing: two }, to: { Thing: base }, rows })
    await changing(
      database,
      { from: { Thing: base }, to: { Thing: `${base}\nunique index (a, c)` }, rows },
      async ({ plan }) => {
        expect(plan.tables[0]?.steps[0]?.problem).toMatch(
          /^1 row are like another in \(a, c\), the first: a = 1, c = 1/,
        )
      },
    )
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
        /^1 row refer to no row of `.*species`, the first: animal = "m1", species = "cat"/,
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
      /1 row refer to no row that `.*#species`, which is new, comes with, the first: animal = "m2"/,
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

  test('stops where it is told to, tells how far it is, and is completed by the next', async () => {
    const to = {
      Animal: 'animal : varchar(8)\n---\nweight = 1 : float64\nnotes = "x" : varchar(160)\nlegs = 4 : int16',
      Other: '-> Animal',
    }
    await changing(database, { ...animals, to }, async ({ db, schema, plan, rows }) => {
      const stop = new AbortController()
      stop.abort(new Error('enough'))
      await expect(migrate(db, plan, { signal: stop.signal })).rejects.toThrow('enough')
      const seen: number[] = []
      await migrate(db, await planMigrate(db, [schema]), { onProgress: ({ done }) => seen.push(done) })
      expect(seen).toEqual([...plan.statements.keys(), plan.statements.length])
      expect(await rows('Animal')).toMatchObject([
        { animal: 'm1', legs: 4 },
        { animal: 'm2', legs: 4 },
      ])
    })
  })

  test('keeps the format of DataJoint 0.14', async () => {
    await migrated(
      database,
      {
        from: { Thing: 'thing : int16\n---\nv : int16\nid : uuid' },
        to: { Thing: 'thing : int16\n---\nmass : int32\nid : uuid # new\nwaves = null : <blob>\nflag = false : bool' },
        rows: { Thing: [{ thing: 1, v: 2, id: '01234567-89ab-cdef-fedc-ba9876543210' }] },
        compat: 'python-0.14',
        options: (schema) => ({ renames: [renamed(tableOf(schema, 'Thing'), { attributes: { mass: 'v' } })] }),
      },
      async ({ db, schema, rows }) => {
        expect(await rows('Thing')).toMatchObject([{ thing: 1, mass: 2, waves: null, flag: false }])
        const [stored] = await readTables(db, [schema.name])
        expect(stored?.declaration.generation).toBe('0.14')
        expect(stored?.declaration.heading.map(({ type }) => type.text)).toEqual([
          'smallint',
          'int',
          'uuid',
          'longblob',
          'tinyint(1)',
        ])
        const quoted = database.name === 'sqlite' ? `"${schema.name}.~log"` : `\`${schema.name}\`.\`~log\``
        const events = await contextOf(db).connection.query({ sql: `SELECT event FROM ${quoted}`, parameters: [] })
        expect(events.map(([event]) => event)).toContain(`ALTER TABLE \`${schema.name}\`.\`thing\``)
      },
    )
  })

  test('is refused when the database has changed since it was planned', async () => {
    const one = {
      Animal: 'animal : varchar(8)\n---\nweight : float64 # (g)\nnotes = "" : varchar(16)\nlegs = 4 : int16',
    }
    await changing(database, { ...animals, to: one }, async ({ db, schema, plan }) => {
      await migrate(db, await planMigrate(db, [schema]))
      await expect(migrate(db, plan)).rejects.toMatchObject({ code: 'stale-plan', tables: [`${schema.name}.animal`] })
      await expect(migrate(db, { ...plan })).rejects.toMatchObject({ code: 'invalid-call' })
    })
  })

  test('writes down what it did where clients of DataJoint do not look', async () => {
    const to = {
      Animal: 'animal : varchar(8)\n---\nweight : float64 # (g)\nnotes = "" : varchar(16)\nlegs = 4 : int16',
    }
    await migrated(database, { ...animals, to }, async ({ db, schema }) => {
      const quoted = database.name === 'sqlite' ? `"${schema.name}.~migrations"` : `\`${schema.name}\`.\`~migrations\``
      const rows = await contextOf(db).connection.query({ sql: `SELECT state, step FROM ${quoted}`, parameters: [] })
      expect(new Set(rows.map(([state]) => state))).toEqual(new Set(['done']))
      expect(rows.map(([, step]) => step)).toContainEqual(expect.stringContaining('adds `legs = 4 : int16`'))
      expect((await readTables(db, [schema.name])).map(({ typeName }) => typeName)).toEqual(['Animal'])
    })
  })
})
