import { expect, test } from 'vitest'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('inside a transaction', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }
  const subjects = Array.from({ length: 1000 }, (_, index) => ({ subject: `m${index}` }))

  test('an insert that fails after some of its rows undoes the whole, also where its error is caught', async () => {
    await using lab = await open()
    const caught = lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'x' })
      await db(lab.Subject)
        .insert([...subjects, { subject: 'm0' }])
        .catch(() => {})
    })
    await expect(caught).rejects.toMatchObject({ code: 'duplicate-row', row: 1000 })
    expect(await lab.db(lab.Subject).count()).toBe(0)
  })

  test('a transaction that fails undoes the whole, also where its error is caught', async () => {
    await using lab = await open()
    const caught = lab.db.transaction(async (db) => {
      const inner = db.transaction(async (within) => {
        await within(lab.Subject).insert1({ subject: 'x' })
        throw new RangeError('no')
      })
      await inner.catch(() => {})
    })
    await expect(caught).rejects.toThrow('no')
    expect(await lab.db(lab.Subject).count()).toBe(0)
  })

  test('one statement that fails has done nothing, and its error may be caught', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert(subjects.slice(0, 2))
      await expect(db(lab.Subject).insert(subjects.slice(1, 3))).rejects.toMatchObject({
        code: 'duplicate-row',
        row: 0,
      })
    })
    expect(await lab.db(lab.Subject).count()).toBe(2)
  })
})
