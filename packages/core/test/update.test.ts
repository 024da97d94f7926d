import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('changing rows', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    await db(schemas.Subject).insert([
      { subject: 'm1', species: 'mouse', weight: 20, notes: 'old' },
      { subject: 'm2', weight: 30 },
    ])
    await db(schemas.Session).insert([
      { subject: 'm1', session: 1, started: '2024-05-01 10:00:00' },
      { subject: 'm1', session: 2, started: '2024-05-02 10:00:00' },
    ])
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }

  test('update1 changes what it is given, and tells whether that changed anything', async () => {
    await using lab = await open()
    const subjects = lab.db(lab.Subject)
    expect(await subjects.update1({ subject: 'm1', weight: 21.5, sex: 'F' })).toBe(true)
    expect(await subjects.update1({ subject: 'm1', weight: 21.5, sex: 'F' })).toBe(false)
    expect(await subjects.restrict({ subject: 'm1' }).fetch1()).toEqual({
      subject: 'm1',
      species: 'mouse',
      sex: 'F',
      weight: 21.5,
      notes: 'old',
    })
    expect(await subjects.restrict({ subject: 'm2' }).fetch1()).toMatchObject({ sex: 'U', weight: 30 })
  })

  test('update1 takes null for NULL, and never for the default', async () => {
    await using lab = await open()
    const subjects = lab.db(lab.Subject)
    expect(await subjects.update1({ subject: 'm1', weight: null, species: null })).toBe(true)
    expect(await subjects.restrict({ subject: 'm1' }).fetch1()).toMatchObject({ weight: null, species: null })
    // @ts-expect-error -- not nullable
    await expect(subjects.update1({ subject: 'm1', notes: null })).rejects.toMatchObject({
      code: 'invalid-update',
      attributes: ['notes'],
    })
    expect(await subjects.restrict({ subject: 'm1' }).fetch1()).toMatchObject({ notes: 'old' })
  })

  test('update1 refuses what is not one row and something to change in it', async () => {
    await using lab = await open()
    const { db, Subject, Session } = lab
    // @ts-expect-error -- half a key
    await expect(db(Session).update1({ subject: 'm1', started: '2024-05-03 10:00:00' })).rejects.toMatchObject({
      code: 'invalid-update',
      attributes: ['session'],
    })
    // @ts-expect-error -- misspelt
    await expect(db(Subject).update1({ subject: 'm1', wieght: 1 })).rejects.toMatchObject({
      code: 'invalid-update',
      attributes: ['wieght'],
    })
    await expect(db(Subject).update1({ subject: 'm9', weight: 1 })).rejects.toMatchObject({
      code: 'no-such-row',
      message: expect.stringContaining("{ subject: 'm9' }"),
    })
    await expect(db(Subject).update1({ subject: 'm1', weight: NaN, notes: 'x'.repeat(65) })).rejects.toMatchObject({
      code: 'invalid-update',
      attributes: ['notes'],
    })
    // @ts-expect-error -- no row
    await expect(db(Subject).update1(null)).rejects.toMatchObject({ code: 'invalid-update' })
    await expect(db(Subject).restrict({ subject: 'm2' }).update1({ subject: 'm1', weight: 1 })).rejects.toMatchObject({
      code: 'invalid-call',
    })
    expect(await db(Subject).restrict({ weight: 20 }).count()).toBe(1)
  })

  test('update1 names the reference and the unique index that do not allow it', async () => {
    await using lab = await open()
    await expect(lab.db(lab.Subject).update1({ subject: 'm1', species: 'dragon' })).rejects.toMatchObject({
      code: 'missing-parent-row',
      attributes: ['species'],
      parent: 'Species',
      key: { species: 'dragon' },
      message: expect.stringContaining('Nothing was changed'),
    })
    const started = '2024-05-01 10:00:00'
    await expect(lab.db(lab.Session).update1({ subject: 'm1', session: 2, started })).rejects.toMatchObject({
      code: 'duplicate-row',
      attributes: ['subject', 'started'],
    })
    expect(await lab.db(lab.Session).update1({ subject: 'm1', session: 1, started })).toBe(false)
  })

  test('update1 compares blobs and JSON by what they hold, and tables that fill themselves refuse it', async () => {
    const schema = defineSchema(`${database.prefix()}kinds`)
    const Kept = schema.manual(
      'Kept',
      {},
      `
      id : int8
      ---
      settings : json
      scan : <blob>
      stored : <blob@>
    `,
    )
    const Made = schema.imported('Made', { Kept }, '-> Kept\n---\nx : int8', {
      fetch: () => 1,
      compute: (x) => ({ row: { x } }),
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const row = { id: 1, settings: { b: 1, a: [1, 2] }, scan: new Float32Array([1, 2]), stored: new Int8Array([1]) }
    await db(Kept).insert1(row)
    expect(await db(Kept).update1({ id: 1, settings: { a: [1, 2], b: 1 }, scan: new Float32Array([1, 2]) })).toBe(false)
    expect(await db(Kept).update1({ id: 1, stored: new Int8Array([1]) })).toBe(false)
    expect(await db(Kept).update1({ id: 1, settings: { a: [2, 1] } })).toBe(true)
    expect(await db(Kept).update1({ id: 1, scan: new Float32Array([2]), stored: new Int8Array([2]) })).toBe(true)
    const { settings, scan } = await db(Kept).fetch1()
    expect(settings).toEqual({ a: [2, 1] })
    expect(scan).toMatchObject({ data: new Float32Array([2]) })
    await db(Made).insert1({ id: 1, x: 1 }, { allowDirectInsert: true })
    await expect(db(Made).update1({ id: 1, x: 2 })).rejects.toMatchObject({ code: 'auto-populated' })
    expect(await db(Made).update1({ id: 1, x: 2 }, { allowDirectInsert: true })).toBe(true)
  })

  test('replace puts the given row in the place of the one with its key: what it leaves out gets its default', async () => {
    await using lab = await open()
    const written = await lab.db(lab.Subject).insert(
      [
        { subject: 'm1', weight: 25 },
        { subject: 'm3', notes: 'new' },
        { subject: 'm3', notes: 'newer' },
      ],
      { replace: true },
    )
    expect(written).toBe(3)
    expect(await lab.db(lab.Subject).fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', species: null, sex: 'U', weight: 25, notes: '' },
      { subject: 'm2', species: null, sex: 'U', weight: 30, notes: '' },
      { subject: 'm3', species: null, sex: 'U', weight: null, notes: 'newer' },
    ])
    // rows that refer to a replaced one stay
    expect(await lab.db(lab.Session).count()).toBe(2)
    expect(await lab.db(lab.Subject).insert([{ subject: 'm1', weight: 25 }], { replace: true })).toBe(1)
  })

  test('replace does not take the place of a row with another key, whatever else is equal', async () => {
    await using lab = await open()
    const { db, Session } = lab
    const [first, second] = ['2024-05-01 10:00:00', '2024-05-02 10:00:00']
    const replace = (rows: { subject: string; session: number; started: string }[]) =>
      db(Session).insert(rows, { replace: true })
    await expect(replace([{ subject: 'm1', session: 3, started: first }])).rejects.toMatchObject({
      code: 'duplicate-row',
      row: 0,
      attributes: ['subject', 'started'],
    })
    await expect(
      replace([
        { subject: 'm1', session: 2, started: second },
        { subject: 'm1', session: 1, started: second },
      ]),
    ).rejects.toMatchObject({ code: 'duplicate-row', row: 1, attributes: ['subject', 'started'] })
    await expect(replace([{ subject: 'm9', session: 1, started: first }])).rejects.toMatchObject({
      code: 'missing-parent-row',
    })
    expect(await db(Session).fetch({ order: ['session'] })).toMatchObject([
      { started: `${first}.000` },
      { started: `${second}.000` },
    ])
    expect(await replace([{ subject: 'm1', session: 2, started: '2024-05-04 10:00:00' }])).toBe(1)
  })
})
