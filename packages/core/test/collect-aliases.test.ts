import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { collect, defineSchema, planCollect } from '../src/index.ts'
import { contextOf, type Database } from '../src/query/database.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'
import { fileSettings, garbageOf, openStoreLab } from './store-lab.ts'

vi.setConfig({ testTimeout: 60_000 })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Everything is old: these tests do not wait a day. */
const now = { olderThanSeconds: 0 }

const execute = (db: Database, sql: string) => contextOf(db).connection.execute({ sql, parameters: [] })

const nameOf = ({ name }: TestDatabase, schema: string, table: string): string =>
  name === 'sqlite' ? `"${schema}.${table}"` : `\`${schema}\`.\`${table}\``

onEveryDatabase('what may not be taken for garbage', (database) => {
  test('an object of a store that has another name and another path too', async () => {
    const [settings, links] = [await fileSettings(), await fileSettings()]
    const location = join(links.location, 'the same')
    await symlink(settings.location, location)
    const schema = defineSchema(`${database.prefix()}lab`)
    const Session = schema.manual('Session', {}, 'n : int\n---\na = null : <hash@first>\nb = null : <hash@second>')
    await using lab = await openStoreLab(database, [schema], { first: settings, second: { ...settings, location } })
    await lab.db(Session).insert([
      { n: 1, a: bytes('one') },
      { n: 2, b: bytes('two') },
    ])
    const plan = await planCollect(lab.db, [schema], now)
    expect(plan.problems).toEqual([])
    expect([garbageOf(plan, 'first'), garbageOf(plan, 'second')]).toEqual([[], []])
    await lab.db(Session).restrict({ n: 2 }).delete()
    await collect(lab.db, await planCollect(lab.db, [schema], now))
    expect(await lab.paths('first')).toHaveLength(1)
    expect(await lab.db(Session).fetch1()).toMatchObject({ a: bytes('one') })
    await rm(links.location, { recursive: true, force: true })
  })

  test('objects that a hidden column refers to', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Session = schema.manual('Session', {}, 'n : int\n---\nraw = null : <hash@local>')
    await using lab = await openStoreLab(database, [schema], { local: await fileSettings() })
    const { db } = lab
    await db(Session).insert1({ n: 1, raw: bytes('one') })
    const table = nameOf(database, schema.name, 'session')
    const isSqlite = database.name === 'sqlite'
    await execute(db, `ALTER TABLE ${table} ADD COLUMN _raw ${isSqlite ? 'TEXT' : "json COMMENT ':<hash@local>:'"}`)
    if (isSqlite) {
      const columns = nameOf(database, schema.name, '~columns')
      await execute(db, `INSERT INTO ${columns} VALUES ('session', '_raw', ':<hash@local>:')`)
    }
    await execute(db, `UPDATE ${table} SET _raw = raw, raw = NULL`)
    const plan = await planCollect(db, [schema], now)
    expect(plan).toMatchObject({ problems: [], stores: [{ referenced: 1, objects: [] }] })
  })

  test("objects of 0.14 that an adapter's column refers to, whose type does not tell", async () => {
    const schema = defineSchema(`${database.prefix()}old`, { compat: 'python-0.14' })
    const Trace = schema.manual('Trace', {}, 'n : int\n---\ntrace : blob@local')
    await using lab = await openStoreLab(database, [schema], { local: await fileSettings() })
    await lab.db(Trace).insert1({ n: 1, trace: 'kept' })
    const table = nameOf(database, schema.name, 'trace')
    // as Python's client declares an attribute `<graph>` of an adapter that keeps `blob@local`
    await execute(
      lab.db,
      database.name === 'sqlite'
        ? `UPDATE ${nameOf(database, schema.name, '~columns')} SET comment = ':<graph>:' WHERE attribute_name = 'trace'`
        : `ALTER TABLE ${table} MODIFY trace binary(16) NOT NULL COMMENT ':<graph>:'`,
    )
    // times of rows are told in seconds
    await delay(1100)
    const plan = await planCollect(await lab.unknowing(), [schema.name], now)
    expect(plan).toMatchObject({ problems: [], stores: [{ referenced: 1, rows: 0, objects: [] }] })
  })
})
