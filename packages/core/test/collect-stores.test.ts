import { setTimeout as delay } from 'node:timers/promises'
import { ndarray } from '@neurojoint/arrays'
import { describe, expect, test, vi } from 'vitest'
import { collect, type CollectProgress, defineSchema, gte, planCollect } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { fileSettings, garbageOf, openStoreLab, s3Settings } from './store-lab.ts'

vi.setConfig({ testTimeout: 60_000 })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Everything is old: these tests do not wait a day. */
const now = { olderThanSeconds: 0 }

const trace = ndarray(new Float64Array([1, 2, 3]))

onEveryDatabase('objects of DataJoint 0.14', (database) => {
  test('go with the rows that list them, once no row refers to those', async () => {
    const schema = defineSchema(`${database.prefix()}old`, { compat: 'python-0.14' })
    const Trace = schema.manual('Trace', {}, 'n : int\n---\ntrace = null : blob@local\nfile = null : filepath@local')
    const Note = schema.manual('Note', {}, 'n : int\n---\nnote : attach@local')
    await using lab = await openStoreLab(database, [schema], { local: await fileSettings() })
    const { db, stores, paths } = lab
    await stores.get('local').put('raw/a.dat', bytes('abc'))
    await stores.get('local').put(`${schema.name}/ab/cd/no hash`, bytes('not ours'))
    await db(Trace).insert([
      { n: 1, trace: 'kept', file: 'raw/a.dat' },
      { n: 2, trace: 'gone' },
    ])
    await db(Note).insert1({ n: 1, note: { name: 'note.txt', bytes: bytes('gone') } })
    expect(garbageOf(await planCollect(db, [schema], now))).toEqual([])
    await db(Trace).restrict({ n: 2 }).delete()
    await db(Note).delete()
    // what a writer left who was killed before his row was there
    await stores.get('local').put(`${schema.name}/00/11/00112233445566778899aabbccddeeff`, bytes('left'))
    expect((await planCollect(db, [schema])).stores[0]).toMatchObject({ rows: 0, objects: [] })
    // times of rows are told in seconds
    await delay(1100)
    const plan = await planCollect(db, [schema], now)
    expect(plan.problems).toEqual([])
    expect(plan.stores[0]).toMatchObject({ referenced: 1, rows: 2 })
    expect(garbageOf(plan)).toHaveLength(3)
    expect(await collect(db, plan)).toMatchObject({ stores: [{ objects: 3, rows: 2, kept: 0 }] })
    expect(await paths()).toHaveLength(3)
    expect(await db(Trace).fetch1()).toMatchObject({ trace: 'kept' })
    expect((await planCollect(db, [schema], now)).stores[0]).toMatchObject({ rows: 0, objects: [] })
    await db(Trace).insert1({ n: 2, trace: 'gone' })
    expect(await db(Trace).restrict({ n: 2 }).fetch1()).toMatchObject({ trace: 'gone' })
  })
})

const remote = s3Settings()
describe.skipIf(remote === null)('on S3', () => {
  onEveryDatabase('garbage', (database) => {
    test('is collected too, with what was left half done', { timeout: 60_000 }, async () => {
      const schema = defineSchema(`${database.prefix()}lab`)
      const Session = schema.manual('Session', {}, 'n : int\n---\nraw : <hash@s3>\ntrace : <npy@s3>')
      await using lab = await openStoreLab(database, [schema], remote === null ? {} : { s3: s3Settings() ?? remote })
      const { db, stores, paths, pathsUnfinished } = lab
      const raws = Array.from({ length: 60 }, (_, n) => bytes(`content ${n}`))
      await db(Session).insert(raws.map((raw, n) => ({ n, raw, trace })))
      await db(Session)
        .restrict({ n: gte(20) })
        .delete()
      await stores.get('s3').put('mine.txt', bytes('not ours'))
      const steps: CollectProgress[] = []
      // times are told in seconds
      await delay(1100)
      const plan = await planCollect(db, [schema], { ...now, onProgress: (step) => steps.push(step) })
      expect(plan).toMatchObject({ problems: [], stores: [{ referenced: 40, young: 0 }] })
      expect(garbageOf(plan, 's3')).toHaveLength(80)
      expect(await collect(db, plan, { onProgress: (step) => steps.push(step) })).toMatchObject({
        stores: [{ store: 's3', objects: 80, kept: 0 }],
      })
      expect(await paths()).toHaveLength(41)
      expect(await pathsUnfinished()).toEqual([])
      expect(steps.at(-1)).toEqual({ kind: 'deleted', store: 's3', objects: 80, of: 80 })
      const rows = await db(Session).fetch({ order: ['n'] })
      expect(rows.map(({ raw }) => raw)).toEqual(raws.slice(0, 20))
    })
  })
})
