import { expect, test } from 'vitest'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('reading', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    await db(schemas.Subject).insert(
      ['a', 'b', 'c', 'd'].map((subject, index) => ({ subject, weight: 20 + index, notes: `note ${index}` })),
    )
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }

  test('of the rows that a top keeps says the same in every way', async () => {
    await using lab = await open()
    const heaviest = lab.db(lab.Subject).top({ order: ['weight desc'], limit: 2 })
    const some = heaviest.restrict([{ subject: 'a' }, { subject: 'd' }])
    expect(await some.exists()).toBe(true)
    expect(await some.count()).toBe(1)
    expect(await some.keys()).toEqual([{ subject: 'd' }])
    expect(await some.fetchColumns('subject', 'weight')).toEqual({ subject: ['d'], weight: Float32Array.of(23) })
    expect((await some.preview()).total).toEqual({ rows: 1, more: false })
    for await (const row of some.stream()) expect(row).toMatchObject({ subject: 'd', weight: 23 })
    expect(await heaviest.restrict({ subject: 'a' }).exists()).toBe(false)
    expect(await lab.db(lab.Subject).top({ limit: 0 }).exists()).toBe(false)
    expect(await lab.db(lab.Subject).top({ offset: 3 }).exists()).toBe(true)
    expect(await lab.db(lab.Subject).top({ offset: 4 }).exists()).toBe(false)
  })

  test('beside a transaction is not held up by it, and sees what was before', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).update1({ subject: 'a', notes: 'changed' })
      const beside = await lab.db(lab.Subject).restrict({ subject: 'a' }).fetch1()
      expect(beside.notes).toBe('note 0')
      for await (const row of lab.db(lab.Subject).restrict({ subject: 'a' }).stream()) {
        expect(row.notes).toBe('note 0')
      }
      const { notes } = await db(lab.Subject).restrict({ subject: 'a' }).fetchColumns('notes')
      expect(notes).toEqual(['changed'])
    })
    expect((await lab.db(lab.Subject).restrict({ subject: 'a' }).fetch1()).notes).toBe('changed')
  })
})
