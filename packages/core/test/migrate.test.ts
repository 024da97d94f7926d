import { expect, test } from 'vitest'
import { formatMigration, migrate, planMigrate, readTables, renamed } from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'
import { changing, migrated, tableOf } from './migrating.ts'

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

  test('says beforehand what is lost, what is rewritten, and whether it is all or nothing', async () => {
    const to = { Animal: 'animal : varchar(8)\n---\nweight : decimal(6,2) # (g)' }
    await changing(database, { ...animals, to }, async ({ schema, plan }) => {
      const onFile = database.name === 'sqlite'
      expect(plan.atomic).toBe(onFile)
      const text = formatMigration(plan)
      expect(text).toContain(onFile ? 'All of it is one transaction' : 'Each statement stands when it is done')
      const [weight, notes] = plan.tables.flatMap(({ steps }) => steps).toSorted((a, b) => (a.name < b.name ? 1 : -1))
      expect(weight).toMatchObject({ name: `${schema.name}.animal.weight`, destructive: false, rewrites: true })
      expect(notes).toMatchObject({ name: `${schema.name}.animal.notes`, destructive: true, allowed: false })
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
      expect(plan.tables[0]?.steps[0]?.problem).toMatch(
        /^1 row has no `v`, the first: thing = 2\. Give these rows a value first/,
      )
    })
  })

  test('wants a value for a new attribute that is required, unless there is no row', async () => {
    const [from, to] = ['thing : int16', 'thing : int16\n---\nv : int16']
    await migrated(database, { from: { Thing: from }, to: { Thing: to }, rows: {} })
    await changing(
      database,
      { from: { Thing: from }, to: { Thing: to }, rows: { Thing: [{ thing: 1 }] } },
      async ({ plan }) => {
        expect(plan.tables[0]?.steps[0]?.problem).toMatch(/^1 row has no value for `v`. Give it a default/)
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
        expect(plan.tables[0]?.steps[0]?.problem).toMatch(/^1 row is like another in \(a, c\), the first: a = 1, c = 1/)
      },
    )
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
