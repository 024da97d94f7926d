import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('definitions', (database) => {
  test('a table of one row takes one row, and everything can be done with it', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Setup = schema.manual('Setup', {}, '# the rig\n---\nrig : varchar(16)\ndistance = 0.3 : float64')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    expect(await db(Setup).fetch()).toEqual([])
    expect(await db(Setup).count()).toBe(0)
    await db(Setup).insert1({ rig: 'left' })
    expect(await db(Setup).fetch1()).toEqual({ rig: 'left', distance: 0.3 })
    expect(await db(Setup).keys()).toEqual([{}])
    expect(await db(Setup).count()).toBe(1)
    expect(await db(Setup).exists()).toBe(true)
    const second = db(Setup).insert1({ rig: 'right' })
    await expect(second).rejects.toMatchObject({ code: 'duplicate-row', row: 0, attributes: [] })
    await expect(second).rejects.toThrow('is a second one')
    const two = [{ rig: 'a' }, { rig: 'b' }]
    await expect(db(Setup).insert(two)).rejects.toMatchObject({ code: 'duplicate-row' })
    expect(await db(Setup).insert([{ rig: 'right' }], { skipDuplicates: true })).toBe(0)
    await db(Setup).update1({ distance: 0.5 })
    expect(await db(Setup).restrict({ rig: 'left' }).fetch()).toEqual([{ rig: 'left', distance: 0.5 }])
    expect(await db(Setup).restrict({ rig: 'right' }).fetch()).toEqual([])
    await db(Setup).delete()
    expect(await db(Setup).exists()).toBe(false)
  })
})
