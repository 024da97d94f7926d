import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('large rows', (database) => {
  test('are inserted together although a server takes no statement of their size', { timeout: 60_000 }, async () => {
    const schema = defineSchema(`${database.prefix()}large`)
    const Unit = schema.manual(
      'Unit',
      {},
      `
      unit : int32
      ---
      spike_times : <blob>
    `,
    )
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    // 20 MB that no compression makes smaller; MariaDB takes 16 MB by default
    const rows = Array.from({ length: 5 }, (_, unit) => ({ unit, spike_times: new Uint8Array(randomBytes(2 ** 22)) }))
    expect(await db(Unit).insert(rows)).toBe(5)
    expect(await db(Unit).count()).toBe(5)
  })
})
