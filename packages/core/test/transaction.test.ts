import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Database, declare, defineSchema, planDeclare } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('a transaction', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    await db(schemas.Subject).insert([{ subject: 'a' }, { subject: 'b' }])
    const names = async (on: Database = db) =>
      (await on(schemas.Subject).keys({ order: ['subject'] })).map(({ subject }) => subject)
    return { ...schemas, db, names, [Symbol.asyncDispose]: dispose }
  }

  test('inside another undoes its own where it fails, and the rest stands', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'c' })
      const failing = db.transaction(async (inner) => {
        await inner(lab.Subject).insert1({ subject: 'd' })
        throw new RangeError('only this')
      })
      await expect(failing).rejects.toThrow('only this')
      expect(await lab.names(db)).toEqual(['a', 'b', 'c'])
      expect(await db.transaction((inner) => inner(lab.Subject).insert([{ subject: 'e' }]))).toBe(1)
    })
    expect(await lab.names()).toEqual(['a', 'b', 'c', 'e'])
  })

  test('goes on after an insert of many batches that failed and was caught, and keeps none of it', async () => {
    await using lab = await open()
    const many = Array.from({ length: 3000 }, (_, index) => ({ subject: `m${index}` }))
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'c' })
      const failing = db(lab.Subject).insert([...many, { subject: 'a' }])
      await expect(failing).rejects.toMatchObject({ code: 'duplicate-row', row: 3000 })
      expect(await lab.names(db)).toEqual(['a', 'b', 'c'])
      await db(lab.Subject).insert1({ subject: 'd' })
    })
    expect(await lab.names()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('goes on after a delete that failed and was caught', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'c' })
      const stale = await db(lab.Subject).restrict({ subject: 'a' }).planDelete()
      await db(lab.Session).insert1({ subject: 'a', session: 1, started: '2024-05-01 10:00:00' })
      const deleting = db(lab.Subject).restrict({ subject: 'a' }).delete(stale)
      await expect(deleting).rejects.toMatchObject({ code: 'stale-plan' })
    })
    expect(await lab.names()).toEqual(['a', 'b', 'c'])
    expect(await lab.db(lab.Session).count()).toBe(1)
  })

  test('runs again as often as it may when it lost to another, and both come through', async () => {
    await using lab = await open()
    let runs = 0
    const arrived = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    // each goes for both rows, in opposite order, when the other has one (or may not begin before this one ends)
    const both = arrived.map((own, index) =>
      lab.db.transaction(
        async (db) => {
          runs += 1
          const [first, second] = index === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const)
          await db(lab.Subject).update1({ subject: first, notes: `by ${index}` })
          own.resolve()
          await Promise.race([Promise.all(arrived.map(({ promise }) => promise)), delay(200)])
          await db(lab.Subject).update1({ subject: second, notes: `by ${index}` })
          return index
        },
        { retries: 3 },
      ),
    )
    expect(await Promise.all(both)).toEqual([0, 1])
    const notes = await lab.db(lab.Subject).project('notes').fetch()
    expect(new Set(notes.map((row) => row.notes)).size).toBe(1)
    expect(runs).toBeGreaterThanOrEqual(2)
  })

  test('runs once where nobody says that it may run again, and as often as said where it always loses', async () => {
    await using lab = await open()
    const losing = () => Promise.reject(Object.assign(new Error('lost'), { code: 'deadlock' }))
    for (const retries of [undefined, 0, 1, 3]) {
      let runs = 0
      const work = lab.db.transaction(
        async (db) => {
          runs += 1
          await db(lab.Subject).insert1({ subject: 'c' })
          // one that is inside does not run again by itself
          await db.transaction(losing, { retries: 5 })
        },
        retries === undefined ? {} : { retries },
      )
      await expect(work).rejects.toThrow('lost')
      expect(runs).toBe(1 + (retries ?? 0))
    }
    const never = lab.db.transaction(() => Promise.resolve(), { retries: -1 })
    await expect(never).rejects.toMatchObject({ code: 'invalid-call' })
    expect(await lab.names()).toEqual(['a', 'b'])
  })

  test('of ours that lose to each other come through: inserts of the same rows in opposite order', async () => {
    await using lab = await open()
    const rows = Array.from({ length: 40 }, (_, index) => ({ subject: `m${index}` }))
    const inserts = Array.from({ length: 8 }, (_, index) =>
      lab.db(lab.Subject).insert(index % 2 === 0 ? rows : rows.toReversed(), { skipDuplicates: true }),
    )
    const inserted = await Promise.all(inserts)
    expect(inserted.reduce((sum, one) => sum + one)).toBe(40)
    const deletes = Array.from({ length: 6 }, () => lab.db(lab.Subject).restrict(rows).delete())
    await Promise.all(deletes)
    expect(await lab.names()).toEqual(['a', 'b'])
  })

  test('declares no table, for a server would commit it', async () => {
    await using lab = await open()
    const more = defineSchema(`${database.prefix()}more`)
    more.manual('Extra', {}, 'extra : int32')
    const plan = await planDeclare(lab.db, [more])
    const declaring = lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'c' })
      await declare(db, plan)
    })
    await expect(declaring).rejects.toMatchObject({ code: 'definition-in-transaction' })
    expect(await lab.names()).toEqual(['a', 'b'])
  })
})
