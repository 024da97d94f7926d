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

  test('an insert that fails after some of its rows undoes those, and its error may be caught', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'x' })
      const failing = db(lab.Subject).insert([...subjects, { subject: 'm0' }])
      await expect(failing).rejects.toMatchObject({ code: 'duplicate-row', row: 1000, other: 0 })
      expect(await db(lab.Subject).count()).toBe(1)
    })
    expect(await lab.db(lab.Subject).keys()).toEqual([{ subject: 'x' }])
  })

  test('a transaction that fails inside another one undoes what it did, and the rest stands', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'outer' })
      const inner = db.transaction(async (within) => {
        await within(lab.Subject).insert1({ subject: 'inner' })
        await within(lab.Subject).restrict({ subject: 'outer' }).delete()
        throw new RangeError('no')
      })
      await expect(inner).rejects.toThrow('no')
    })
    expect(await lab.db(lab.Subject).keys()).toEqual([{ subject: 'outer' }])
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
