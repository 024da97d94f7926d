import { expect, test } from 'vitest'
import { declare, defineSchema, drop, planDeclare, planDrop } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('insert', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }

  test('inserts many rows or none, and names the row and the attribute that are wrong', async () => {
    await using lab = await open()
    const subjects = Array.from({ length: 2500 }, (_, index) => ({ subject: `m${index}` }))
    await expect(lab.db(lab.Subject).insert([...subjects, { subject: 'much too long' }])).rejects.toMatchObject({
      code: 'invalid-row',
      row: 2500,
      attributes: ['subject'],
    })
    await expect(lab.db(lab.Subject).insert([...subjects, { subject: 'm7' }])).rejects.toMatchObject({
      code: 'duplicate-row',
      row: 2500,
      attributes: ['subject'],
    })
    expect(await lab.db(lab.Subject).count()).toBe(0)
    expect(await lab.db(lab.Subject).insert(subjects)).toBe(2500)
    expect(await lab.db(lab.Subject).count()).toBe(2500)
  })

  test('a zero has no sign, whatever the database', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1', weight: -0 }])
    expect((await lab.db(lab.Subject).fetch1()).weight).toBe(0)
  })

  test('a date is given as a Date, also as an inherited key, and fetched as text', async () => {
    const visits = defineSchema(`${database.prefix()}_visits`)
    const Visit = visits.manual('Visit', {}, 'began : datetime(3)\n---\nday = null : date')
    const Stay = visits.manual('Stay', { Visit }, '-> Visit\nroom : int8')
    await using opened = await database.pipeline([visits])
    const { db } = opened
    const began = new Date('2024-05-01T10:00:00.250Z')
    await db(Visit).insert([{ began, day: new Date('2024-05-01') }])
    await db(Stay).insert1({ began, room: 1 })
    expect(await db(Stay).join(Visit).fetch1()).toEqual({
      began: '2024-05-01 10:00:00.250',
      room: 1,
      day: '2024-05-01',
    })
    await db(Visit).update1({ began, day: new Date('2024-05-02') })
    expect(await db(Visit).restrict({ began }).fetch1()).toMatchObject({ day: '2024-05-02' })
  })

  test('names the row whose parent is missing', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    await expect(
      lab.db(lab.Session).insert([
        { subject: 'm1', session: 1, started: '2024-05-01 10:00:00' },
        { subject: 'm2', session: 1, started: '2024-05-01 10:00:00' },
      ]),
    ).rejects.toMatchObject({ code: 'missing-parent-row', row: 1, attributes: ['subject'], parent: 'Subject' })
    expect(await lab.db(lab.Session).count()).toBe(0)
  })

  test('a unique index refuses what the primary key allows', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    const started = '2024-05-01 10:00:00'
    await lab.db(lab.Session).insert([{ subject: 'm1', session: 1, started }])
    const again = { subject: 'm1', session: 2, started }
    await expect(lab.db(lab.Session).insert([again])).rejects.toMatchObject({
      code: 'duplicate-row',
      attributes: ['subject', 'started'],
    })
  })

  test('skips rows whose key is there, and leaves those as they are', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1', notes: 'first' }])
    const inserted = await lab.db(lab.Subject).insert(
      [
        { subject: 'm1', notes: 'second' },
        { subject: 'm2', notes: 'second' },
      ],
      { skipDuplicates: true },
    )
    expect(inserted).toBe(1)
    expect(await lab.db(lab.Subject).restrict({ subject: 'm1' }).fetch1()).toMatchObject({ notes: 'first' })
  })

  test('refuses unknown attributes unless told to leave them out', async () => {
    await using lab = await open()
    const row = { subject: 'm1', colour: 'black' }
    await expect(lab.db(lab.Subject).insert([row])).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['colour'],
    })
    await lab.db(lab.Subject).insert([row], { ignoreExtra: true })
    expect(await lab.db(lab.Subject).count()).toBe(1)
  })

  test('a required attribute that is missing, and NULL where it is not allowed, are refused', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    // @ts-expect-error: `started` is required
    await expect(lab.db(lab.Session).insert([{ subject: 'm1', session: 1 }])).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['started'],
    })
    // @ts-expect-error: `sex` is not nullable
    await expect(lab.db(lab.Subject).insert([{ subject: 'm2', sex: null }])).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['sex'],
    })
  })

  test('rows of one call may give different attributes: each that is left out gets its default', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([
      { subject: 'm1', notes: 'n' },
      { subject: 'm2', weight: 20 },
    ])
    expect(await lab.db(lab.Subject).fetch({ order: ['subject'] })).toMatchObject([
      { notes: 'n', weight: null },
      { notes: '', weight: 20 },
    ])
  })

  test('says of a unique index that skipping duplicates does not help, and finds the row although others were skipped', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    const started = '2024-05-01 10:00:00'
    const there = { subject: 'm1', session: 1, started }
    await lab.db(lab.Session).insert([there])
    expect(await lab.db(lab.Session).insert([there], { skipDuplicates: true })).toBe(0)
    const again = { subject: 'm1', session: 2, started }
    await expect(lab.db(lab.Session).insert([there, again], { skipDuplicates: true })).rejects.toMatchObject({
      code: 'duplicate-row',
      row: 1,
      attributes: ['subject', 'started'],
      message: expect.not.stringContaining('skipDuplicates'),
    })
    expect(await lab.db(lab.Session).count()).toBe(1)
  })

  test('names the row that a unique reference refuses', async () => {
    const schema = defineSchema(`${database.prefix()}unique`)
    const Probe = schema.manual('Probe', {}, 'probe : int16')
    const Rig = schema.manual(
      'Rig',
      { Probe },
      `
      rig : int16
      ---
      -> [unique] Probe
    `,
    )
    await using pipeline = await database.pipeline([schema])
    await pipeline.db(Probe).insert([{ probe: 1 }])
    await pipeline.db(Rig).insert([{ rig: 1, probe: 1 }])
    await expect(pipeline.db(Rig).insert([{ rig: 2, probe: 1 }])).rejects.toMatchObject({
      code: 'duplicate-row',
      row: 0,
      attributes: ['probe'],
    })
  })

  test('names the row whose parent is missing where the parent is a part', async () => {
    await using lab = await open()
    const schema = defineSchema(`${database.prefix()}tags`)
    const Note = schema.manual(
      'Note',
      { Subject: lab.Subject },
      `
      -> Subject.Tag
      note : int16
    `,
    )
    await declare(lab.db, await planDeclare(lab.db, [schema]))
    await lab.db(lab.Subject).insert([{ subject: 'm1' }])
    await lab.db(lab.Subject.Tag).insert([{ subject: 'm1', tag: 'a' }])
    await lab.db(Note).insert([{ subject: 'm1', tag: 'a', note: 1 }])
    await expect(lab.db(Note).insert([{ subject: 'm1', tag: 'b', note: 1 }])).rejects.toMatchObject({
      code: 'missing-parent-row',
      row: 0,
      parent: 'Subject.Tag',
    })
    await lab.db(Note).delete()
    await drop(lab.db, await planDrop(lab.db, [schema]))
  })

  test('reads what the class of a row gives, and refuses what is no row', async () => {
    await using lab = await open()
    class Animal {
      readonly subject = 'm1'
      get notes(): string {
        return 'from a getter'
      }
    }
    await lab.db(lab.Subject).insert([new Animal()])
    expect(await lab.db(lab.Subject).fetch1()).toMatchObject({ subject: 'm1', notes: 'from a getter' })
    const rows: object[] = [['m2']]
    await expect(lab.db(lab.Subject).insert(rows as { subject: string }[])).rejects.toMatchObject({
      code: 'invalid-row',
      message: expect.stringContaining("it is [ 'm2' ]"),
    })
  })

  test('a key with a default is told apart where rows leave it out', async () => {
    const schema = defineSchema(`${database.prefix()}defaults`)
    const Take = schema.manual(
      'Take',
      {},
      `
      take = 1 : int16
      ---
      note = '' : varchar(8)
    `,
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await expect(db(Take).insert([{}, {}])).rejects.toMatchObject({ code: 'duplicate-row', row: 1 })
    expect(await db(Take).insert([{}])).toBe(1)
    expect(await db(Take).insert([{}, { take: 2 }], { skipDuplicates: true })).toBe(1)
    expect(await db(Take).keys({ order: ['take'] })).toEqual([{ take: 1 }, { take: 2 }])
  })

  test('a time that rows leave out has all the digits of its type', async () => {
    const schema = defineSchema(`${database.prefix()}times`)
    const Log = schema.manual(
      'Log',
      {},
      `
      entry : int16
      ---
      at = CURRENT_TIMESTAMP(6) : datetime(6)
    `,
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Log).insert([{ entry: 1, at: '2024-05-01 10:00:00.000001' }, { entry: 2 }])
    const { at } = await db(Log).restrict({ entry: 2 }).fetch1()
    expect(at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/)
    expect(await db(Log).restrict({ at }).count()).toBe(1)
  })

  test('finds the duplicate among many large keys quickly', async () => {
    await using lab = await open()
    const rows = Array.from({ length: 20_000 }, (_, index) => ({ subject: `m${index}` }))
    const started = performance.now()
    await expect(lab.db(lab.Subject).insert([...rows, { subject: 'm0' }])).rejects.toMatchObject({ row: 20_000 })
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('rows of a part of a table that fills itself come with their master', async () => {
    const { lab, Session, Subject } = labSchemas(database.prefix())
    const Scan = lab.imported('Scan', { Session }, '-> Session', {
      parts: { Field: [{}, '-> master\nfield : int16'] },
      fetch: (key) => key,
      compute: () => ({ row: {}, parts: { Field: [{ field: 1 }] } }),
    })
    await using pipeline = await database.pipeline([lab])
    await pipeline.db(Subject).insert1({ subject: 'm1' })
    await expect(pipeline.db(Scan.Field).insert1({ subject: 'm1', session: 1, field: 1 })).rejects.toMatchObject({
      code: 'auto-populated',
    })
  })
})
