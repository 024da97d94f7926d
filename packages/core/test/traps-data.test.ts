import { expect, test } from 'vitest'
import { defineCodec, defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

/** The data operations that the reference gets wrong (docs/differences.md), and what is right. */
onEveryDatabase('traps of data operations', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }

  test('T0: a delete follows keys, not names: a namesake in the child draws nothing in', async () => {
    const schema = defineSchema(`${database.prefix()}names`)
    const Parent = schema.manual('Parent', {}, 'a : int32\n---\nx : int32')
    const Child = schema.manual('Child', { Parent }, '-> Parent\nx : int32')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Parent).insert([
      { a: 1, x: 1 },
      { a: 2, x: 2 },
    ])
    await db(Child).insert([
      { a: 1, x: 2 },
      { a: 2, x: 1 },
      { a: 2, x: 2 },
    ])
    await db(Parent).restrict({ x: 1 }).delete()
    expect(await db(Child).fetch({ order: ['x'] })).toEqual([
      { a: 2, x: 1 },
      { a: 2, x: 2 },
    ])
  })

  test('T1: a delete of the first rows takes those and no others', async () => {
    await using lab = await open()
    const { db, Subject } = lab
    await db(Subject).insert(['m1', 'm2', 'm3', 'm4'].map((subject) => ({ subject })))
    await db(Subject.Tag).insert(['m1', 'm2', 'm3', 'm4'].map((subject) => ({ subject, tag: 'x' })))
    const first = db(Subject).top({ order: ['subject desc'], limit: 2, offset: 1 })
    const plan = await first.planDelete()
    expect(plan.tables.map(({ rows }) => rows)).toEqual([2, 2])
    await first.delete(plan)
    expect(await db(Subject).keys({ order: ['subject'] })).toEqual([{ subject: 'm1' }, { subject: 'm4' }])
    expect(await db(Subject.Tag).count()).toBe(2)
    // restricted afterwards, it is still the first
    await db(Subject)
      .top({ order: ['subject'], limit: 1 })
      .restrict({ subject: 'm4' })
      .delete()
    expect(await db(Subject).count()).toBe(2)
  })

  test('T10: an update with the key alone is refused by name', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert1({ subject: 'm1' })
    await expect(lab.db(lab.Subject).update1({ subject: 'm1' })).rejects.toMatchObject({
      code: 'invalid-update',
      message: expect.stringContaining('only its key was given'),
    })
  })

  test('T11: a long insert keeps all of its rows or none', async () => {
    await using lab = await open()
    const rows = Array.from({ length: 4000 }, (_, index) => ({ subject: `m${index}` }))
    await expect(lab.db(lab.Subject).insert([...rows, { subject: 'm0' }])).rejects.toMatchObject({
      code: 'duplicate-row',
    })
    expect(await lab.db(lab.Subject).count()).toBe(0)
  })

  test('T12: null is NULL or an error, never the default', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert1({ subject: 'm1', weight: null, species: null })
    expect(await lab.db(lab.Subject).fetch1()).toMatchObject({ weight: null, species: null })
    // @ts-expect-error -- not nullable, with a default
    await expect(lab.db(lab.Subject).insert1({ subject: 'm2', notes: null })).rejects.toMatchObject({
      code: 'invalid-row',
      attributes: ['notes'],
    })
    await lab.db(lab.Subject).insert1({ subject: 'm3', weight: NaN })
    expect(await lab.db(lab.Subject).restrict({ weight: null }).count()).toBe(2)
  })

  test('T13: what is no bytes is refused for an attribute of bytes, instead of stored as text', async () => {
    const schema = defineSchema(`${database.prefix()}raw`)
    const Raw = schema.manual('Raw', {}, 'id : int8\n---\ncontent : bytes')
    await using pipeline = await database.pipeline([schema])
    for (const content of ['text', [1, 2], 7, { 0: 1 }]) {
      // @ts-expect-error -- no bytes
      await expect(pipeline.db(Raw).insert1({ id: 1, content })).rejects.toMatchObject({
        code: 'invalid-row',
        attributes: ['content'],
      })
    }
    await pipeline.db(Raw).insert1({ id: 1, content: new Uint8Array([0, 255]) })
    expect((await pipeline.db(Raw).fetch1()).content).toEqual(new Uint8Array([0, 255]))
  })

  test('T24: a part row whose master stays is seen, although another master goes', async () => {
    const schema = defineSchema(`${database.prefix()}parts`)
    const Rig = schema.manual('Rig', {}, 'rig : int32')
    const Scan = schema.manual('Scan', { Rig }, 'scan : int32\n---\n-> [nullable] Rig', {
      parts: { Field: [{ Rig }, '-> master\nfield : int32\n---\n-> Rig'] },
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Rig).insert([{ rig: 1 }, { rig: 2 }])
    await db(Scan).insert([{ scan: 1, rig: 1 }, { scan: 2 }])
    await db(Scan.Field).insert([
      { scan: 1, field: 1, rig: 1 },
      { scan: 1, field: 2, rig: 2 },
      { scan: 2, field: 1, rig: 1 },
      { scan: 2, field: 2, rig: 1 },
      { scan: 2, field: 3, rig: 2 },
    ])
    // scan 1 goes with rig 1, scan 2 stays and would lose two fields
    const rig = db(Rig).restrict({ rig: 1 })
    await expect(rig.planDelete()).rejects.toMatchObject({ code: 'part-without-master', rows: 2 })
    await expect(rig.delete()).rejects.toMatchObject({ code: 'part-without-master', rows: 2 })
    expect(await db(Scan.Field).count()).toBe(5)
    const plan = await rig.planDelete({ parts: 'ignore' })
    expect(
      plan.tables.map(({ table, rows, because, master }) => [table.table, rows, because.length, master?.table]),
    ).toEqual([
      ['rig', 1, 0, undefined],
      ['scan', 1, 1, undefined],
      ['scan__field', 4, 2, 'scan'],
    ])
    await rig.delete(plan, { parts: 'ignore' })
    expect(await db(Scan.Field).keys()).toEqual([{ scan: 2, field: 3 }])
    expect(await db(Scan).keys()).toEqual([{ scan: 2 }])
    // and with its master, where that is asked for
    await db(Rig).insert1({ rig: 1 })
    await db(Scan.Field).insert1({ scan: 2, field: 1, rig: 1 })
    const deleted = await rig.delete(undefined, { parts: 'cascade' })
    expect(deleted.tables.map(({ table, rows }) => [table.table, rows])).toEqual([
      ['rig', 1],
      ['scan', 1],
      ['scan__field', 2],
    ])
    expect(await db(Scan).count()).toBe(0)
  })

  test('T30: fetch1 reads no more than it takes to say that there is more than one row', async () => {
    let decoded = 0
    const counted = defineCodec({
      name: 'counted',
      keptAs: '<blob>',
      encode: (value: number) => value,
      decode: (kept) => {
        decoded += 1
        return Number(kept)
      },
    })
    const schema = defineSchema(`${database.prefix()}one`, { codecs: [counted] })
    const Many = schema.manual('Many', {}, 'n : int32\n---\nvalue : <counted>')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Many).insert(Array.from({ length: 500 }, (_, n) => ({ n, value: n })))
    await expect(db(Many).fetch1()).rejects.toMatchObject({ code: 'not-one-row', rows: 2 })
    expect(decoded).toBeLessThanOrEqual(2)
    expect(await db(Many).restrict({ n: 7 }).fetch1()).toEqual({ n: 7, value: 7 })
  })
})
