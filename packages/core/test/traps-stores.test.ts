import { expect, test, vi } from 'vitest'
import { collect, defineSchema, planCollect } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { fileSettings, openStoreLab } from './store-lab.ts'

vi.setConfig({ testTimeout: 60_000 })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

onEveryDatabase('traps of stores', (database) => {
  test('T14, T15: a type without the name of a store has the default one, and both kinds come back as given', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const definition = 'n : int\n---\na : <blob@>\nb : <attach@>\nc : <blob@other>'
    const Session = schema.manual('Session', {}, definition)
    const settings = { local: await fileSettings(), other: await fileSettings() }
    await using lab = await openStoreLab(database, [schema], settings)
    const row = { n: 1, a: { x: [1, 2] }, b: { name: 'note.txt', bytes: bytes('note') }, c: 'text' }
    await lab.db(Session).insert1(row)
    expect(await lab.db(Session).fetch1()).toEqual(row)
    expect(await lab.paths('local')).toHaveLength(2)
    expect(await lab.paths('other')).toHaveLength(1)
  })

  test('T22: what a failed insert has stored is garbage that is found, and never an object that a row needs', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Session = schema.manual('Session', {}, 'n : int\n---\nraw : <hash@local>\nfile : <object@local>')
    await using lab = await openStoreLab(database, [schema], { local: await fileSettings() })
    const { db, paths } = lab
    const rowOf = (n: number, text: string) => ({ n, raw: bytes(text), file: bytes(text) })
    await db(Session).insert1(rowOf(1, 'one'))
    const before = await paths()
    // of rows that go together, the second is there
    const failing = db(Session).insert([rowOf(2, 'two'), rowOf(1, 'three'), rowOf(3, 'one')])
    await expect(failing).rejects.toMatchObject({ code: 'duplicate-row' })
    expect(await paths()).toHaveLength(before.length + 5)
    const plan = await planCollect(db, [schema], { olderThanSeconds: 0 })
    expect(await collect(db, plan)).toMatchObject({ stores: [{ objects: 5 }] })
    expect(await paths()).toEqual(before)
    expect(await db(Session).fetch1()).toMatchObject({ raw: bytes('one') })
  })
})
