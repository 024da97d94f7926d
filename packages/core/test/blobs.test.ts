import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyValue } from '../src/blob/testing/any-value.ts'
import { defineSchema, Tuple } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { long } from './long.ts'

onEveryDatabase('blobs', (database) => {
  const open = async () => {
    const schema = defineSchema(`${database.prefix()}blobs`)
    const Value = schema.manual('Value', {}, 'id : int32\n---\nvalue : <blob>')
    const pipeline = await database.pipeline([schema])
    return { pipeline, Value }
  }

  test('values of every kind are fetched as they were inserted', { timeout: 60_000 }, async () => {
    const { pipeline, Value } = await open()
    await using opened = pipeline
    const values = fc.sample(
      anyValue.filter((value) => value !== null),
      { numRuns: long ? 5000 : 300, seed: 1 },
    )
    const rows = values.map((value, id) => ({ id, value }))
    await opened.db(Value).insert(rows)
    expect(await opened.db(Value).fetch({ order: ['id'] })).toEqual(rows)
    let id = 0
    for await (const row of opened.db(Value).stream({ batch: 7, order: ['id'] })) expect(row).toEqual(rows[id++])
    const { value } = await opened.db(Value).fetchColumns('value', { order: ['id'] })
    expect(value).toEqual(values)
  })

  test('of several rows that cannot be packed the first is named, and none is kept', async () => {
    const { pipeline, Value } = await open()
    await using opened = pipeline
    const large = new Float64Array(100_000)
    const rows = Array.from({ length: 40 }, (_, id) => ({ id, value: id < 9 ? large : new Tuple([1, () => id]) }))
    await expect(opened.db(Value).insert(rows)).rejects.toMatchObject({
      code: 'invalid-row',
      row: 9,
      attributes: ['value'],
    })
    expect(await opened.db(Value).count()).toBe(0)
  })
})
