import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('delete', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const other = defineSchema(`${database.prefix()}other`)
    const { Session } = schemas
    const Note = other.manual('Note', { Session }, `
      -> Session
      note : int16
      ---
      text : varchar(64)
    `)
    const pipeline = await database.pipeline([schemas.lab, other])
    const { db } = pipeline
    await db(schemas.Subject).insert([{ subject: 'm1' }, { subject: 'm2' }])
    await db(schemas.Subject.Tag).insert([{ subject: 'm1', tag: 'a' }, { subject: 'm2', tag: 'b' }])
    await db(Session).insert([
      { subject: 'm1', session: 1, started: '2024-05-01 10:00:00' },
      { subject: 'm2', session: 1, started: '2024-05-01 10:00:00' },
    ])
    await db(Note).insert([
      { subject: 'm1', session: 1, note: 1, text: 'x' },
      { subject: 'm1', session: 1, note: 2, text: 'x' },
      { subject: 'm2', session: 1, note: 1, text: 'x' },
    ])
    return { ...schemas, Note, db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('takes what depends on the rows, in every schema, and nothing else; the plan says it beforehand', async () => {
    await using lab = await open()
    const doomed = lab.db(lab.Subject).restrict({ subject: 'm1' })
    const plan = await doomed.planDelete()
    expect(plan.tables.map(({ table, rows }) => `${table.table} ${rows}`).toSorted()).toEqual([
      'note 2',
      'session 1',
      'subject 1',
      'subject__tag 1',
    ])
    expect(await lab.db(lab.Note).count()).toBe(3)
    expect(plan).toMatchObject(await doomed.delete(plan))
    expect(await lab.db(lab.Subject).keys()).toEqual([{ subject: 'm2' }])
    expect(await lab.db(lab.Note).keys()).toEqual([{ subject: 'm2', session: 1, note: 1 }])
  })

  test('refuses when the database changed since the plan', async () => {
    await using lab = await open()
    const doomed = lab.db(lab.Subject).restrict({ subject: 'm1' })
    const plan = await doomed.planDelete()
    await lab.db(lab.Note).insert1({ subject: 'm1', session: 1, note: 3, text: 'late' })
    await expect(doomed.delete(plan)).rejects.toMatchObject({ code: 'stale-plan' })
    expect(await lab.db(lab.Subject).count()).toBe(2)
  })

  test("refuses to take a part's row whose master stays, unless its master may go too", async () => {
    await using lab = await open()
    const tag = lab.db(lab.Subject.Tag).restrict({ tag: 'a' })
    await expect(tag.delete()).rejects.toMatchObject({
      code: 'part-without-master',
      part: { table: 'subject__tag' },
      rows: 1,
      message: expect.stringContaining('1 row of Subject.Tag whose Subject stays'),
    })
    await tag.delete(undefined, { parts: 'cascade' })
    expect(await lab.db(lab.Subject).keys()).toEqual([{ subject: 'm2' }])
    expect(await lab.db(lab.Note).count()).toBe(1)
  })

  test('follows keys and not names: a namesake in the child draws nothing in (trap T0)', async () => {
    const schema = defineSchema(`${database.prefix()}trap`)
    const P = schema.manual('P', {}, 'a : int32\n---\nx : int32')
    const C = schema.manual('C', { P }, '-> P\nx : int32')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(P).insert([{ a: 1, x: 1 }, { a: 2, x: 2 }])
    await db(C).insert([{ a: 1, x: 1 }, { a: 2, x: 1 }])
    await db(P).restrict({ x: 1 }).delete()
    expect(await db(C).fetch()).toEqual([{ a: 2, x: 1 }])
  })

  test('follows renamed references and several paths to one table', async () => {
    const schema = defineSchema(`${database.prefix()}family`)
    const Animal = schema.manual('Animal', {}, 'animal : varchar(8)')
    const Pair = schema.manual('Pair', { Animal }, `
      -> Animal.proj(father='animal')
      -> Animal.proj(mother='animal')
    `)
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Animal).insert(['a', 'b', 'c'].map((animal) => ({ animal })))
    await db(Pair).insert([{ father: 'a', mother: 'b' }, { father: 'c', mother: 'a' }, { father: 'c', mother: 'b' }])
    const deleted = await db(Animal).restrict({ animal: 'a' }).delete()
    expect(deleted.tables.map(({ table, rows }) => [table.table, rows])).toEqual([['animal', 1], ['pair', 2]])
    expect(await db(Pair).fetch()).toEqual([{ father: 'c', mother: 'b' }])
  })

  test('takes more rows than a statement has placeholders', async () => {
    await using lab = await open()
    const notes = Array.from({ length: 30_000 }, (_, note) => ({ subject: 'm1', session: 1, note: note - 30_000, text: '' }))
    await lab.db(lab.Note).insert(notes)
    await lab.db(lab.Session).restrict({ subject: 'm1' }).delete()
    expect(await lab.db(lab.Note).count()).toBe(1)
  }, 60_000)

  test('refuses a plan of as many other rows', async () => {
    await using lab = await open()
    const doomed = lab.db(lab.Subject).restrict({ subject: 'm1' })
    const plan = await doomed.planDelete()
    await lab.db(lab.Note).restrict({ subject: 'm1', note: 2 }).delete()
    await lab.db(lab.Note).insert1({ subject: 'm1', session: 1, note: 3, text: 'late' })
    await expect(doomed.delete(plan)).rejects.toMatchObject({
      code: 'stale-plan',
      message: expect.stringContaining('was to lose 2 rows, now it would lose as many others'),
    })
    expect(await lab.db(lab.Note).count()).toBe(3)
  })

  test('of nothing takes nothing, and of what is told by another table takes that', async () => {
    await using lab = await open()
    expect(await lab.db(lab.Subject).restrict([]).delete()).toEqual({ tables: [] })
    expect(await lab.db(lab.Subject).restrict({ subject: 'm9' }).delete()).toEqual({ tables: [] })
    await lab.db(lab.Session).restrict(lab.db(lab.Note).restrict({ note: 2 })).delete()
    expect(await lab.db(lab.Session).keys()).toEqual([{ subject: 'm2', session: 1 }])
    expect(await lab.db(lab.Subject).count()).toBe(2)
  })

  test('leaves rows whose nullable reference is NULL, and takes those that refer', async () => {
    const { lab, Species, Subject } = labSchemas(database.prefix())
    await using pipeline = await database.pipeline([lab])
    const { db } = pipeline
    await db(Subject).insert([{ subject: 'm1', species: 'rat' }, { subject: 'm2' }, { subject: 'm3', species: 'mouse' }])
    await db(Species).restrict({ species: 'rat' }).delete()
    expect(await db(Subject).keys({ order: ['subject'] })).toEqual([{ subject: 'm2' }, { subject: 'm3' }])
  })

  test('is undone with the transaction that it is part of', async () => {
    await using lab = await open()
    const broken = lab.db.transaction(async (db) => {
      await db(lab.Subject).delete()
      throw new RangeError('changed my mind')
    })
    await expect(broken).rejects.toThrow('changed my mind')
    expect(await lab.db(lab.Note).count()).toBe(3)
  })

  test('tells of each table why, whose part it is, and how many of its rows hold objects in a store', async () => {
    const schema = defineSchema(`${database.prefix()}stored`)
    const Scan = schema.manual('Scan', {}, 'scan : int16\n---\nstack = null : <blob@>\nnote = null : <blob>', {
      parts: { Field: [{}, '-> master\nfield : int16\n---\nmask = null : <blob@local>\nother = null : <attach@local>'] },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Scan).insert([{ scan: 1, stack: [1] }, { scan: 2, note: [2] }, { scan: 3 }])
    await db(Scan.Field).insert([
      { scan: 1, field: 1, mask: [1], other: { name: 'a.txt', bytes: new Uint8Array([1]) } },
      { scan: 1, field: 2 },
      { scan: 3, field: 1, mask: [3] },
    ])
    const told = (await db(Scan).planDelete()).tables.map(({ table, rows, because, master, stored }) => ({
      table: table.table,
      rows,
      because: because.map((one) => one.table),
      master: master?.table ?? null,
      stored,
    }))
    expect(told).toEqual([
      { table: 'scan', rows: 3, because: [], master: null, stored: 1 },
      { table: 'scan__field', rows: 3, because: ['scan'], master: 'scan', stored: 2 },
    ])
    expect((await db(Scan).delete()).tables).toMatchObject(told.map(({ rows, stored }) => ({ rows, stored })))
  })

  test('draws masters in one after another, as far as their parts lead', async () => {
    const schema = defineSchema(`${database.prefix()}chain`)
    const Chain = schema.manual('Chain', {}, 'chain : int16', {
      parts: { Part: [{}, `
        -> master
        -> master.proj(next='chain')
      `] },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    await db(Chain).insert(numbers.map((chain) => ({ chain })))
    await db(Chain.Part).insert(numbers.slice(0, 9).map((chain) => ({ chain, next: chain + 1 })))
    const doomed = db(Chain).restrict({ chain: 5 })
    await expect(doomed.delete()).rejects.toMatchObject({ code: 'part-without-master', rows: 1 })
    const { tables } = await doomed.delete(undefined, { parts: 'cascade' })
    expect(tables.map(({ table, rows }) => [table.table, rows])).toEqual([['chain', 6], ['chain__part', 6]])
    expect(await db(Chain).keys({ order: ['chain'] })).toEqual([6, 7, 8, 9, 10, 11].map((chain) => ({ chain })))
    expect(await db(Chain.Part).count()).toBe(3)
  })

  test('lets a part row go alone that refers to no master', async () => {
    const schema = defineSchema(`${database.prefix()}free`)
    const Place = schema.manual('Place', {}, 'place : int16')
    const Plan = schema.manual('Plan', {}, 'plan : int16', {
      parts: { Mark: [{ Place }, '-> Place\n---\n-> [nullable] master'] },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Place).insert([{ place: 1 }, { place: 2 }])
    await db(Plan).insert([{ plan: 1 }])
    await db(Plan.Mark).insert([{ place: 1, plan: null }, { place: 2, plan: 1 }])
    expect((await db(Place).restrict({ place: 1 }).delete()).tables.map(({ rows }) => rows)).toEqual([1, 1])
    await expect(db(Place).delete()).rejects.toMatchObject({ code: 'part-without-master', rows: 1 })
    await db(Place).delete(undefined, { parts: 'cascade' })
    expect([await db(Place).count(), await db(Plan).count(), await db(Plan.Mark).count()]).toEqual([0, 0, 0])
  })

  test('takes rows that are told by what goes with them', async () => {
    await using lab = await open()
    const { db, Subject, Session, Note } = lab
    // what tells them is deleted before they are
    const doomed = db(Subject).restrict(db(Session).restrict(db(Note).restrict({ note: 2 })))
    expect((await doomed.planDelete()).tables.reduce((sum, { rows }) => sum + rows, 0)).toBe(5)
    await doomed.delete()
    expect(await db(Subject).keys()).toEqual([{ subject: 'm2' }])
    await db(Note).exclude(db(Note).restrict({ text: 'y' })).delete()
    expect(await db(Note).count()).toBe(0)
    expect(await db(Session).count()).toBe(1)
  })

  test('is refused for a table that is not there', async () => {
    const here = defineSchema(`${database.prefix()}here`)
    const There = here.manual('There', {}, 'x : int8')
    await using pipeline = await database.pipeline([defineSchema(`${database.prefix()}none`)])
    await expect(pipeline.db(There).delete()).rejects.toMatchObject({ code: 'no-such-table' })
  })

  test('that is aborted takes nothing', async () => {
    await using lab = await open()
    const signal = AbortSignal.abort(new RangeError('changed my mind'))
    await expect(lab.db(lab.Subject).delete(undefined, { signal })).rejects.toThrow('changed my mind')
    expect(await lab.db(lab.Note).count()).toBe(3)
  })
})
