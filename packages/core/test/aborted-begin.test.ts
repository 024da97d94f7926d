import { expect, test } from 'vitest'
import { declare, definePipeline, defineSchema, drop, planDeclare, planDrop } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('a transaction that is aborted while it begins', (database) => {
  test('leaves no transaction open: what others write is seen, and nobody waits', { timeout: 60_000 }, async () => {
    const { settings, dispose } = await database.shared()
    const schema = defineSchema(`${database.prefix()}begin`)
    const Sample = schema.manual('Sample', {}, 'n : int32')
    // so few that what ran a transaction is soon used for something else
    const open = () =>
      definePipeline({ schemas: [schema], tables: {}, database: { ...settings, connections: 3 } }).open()
    const [db, other] = [await open(), await open()]
    await declare(db, await planDeclare(db, [schema]))
    let written = 0
    for (let round = 0; round < 80; round += 1) {
      // one transaction after another on a connection: the second begins in a way of its own
      await db.transaction(async (transaction) => transaction(Sample).insert1({ n: written++ }))
      const controller = new AbortController()
      const aborted = db
        .transaction((transaction) => transaction(Sample).count(), { signal: controller.signal })
        .catch((error: unknown) => error)
      for (let turn = 0; turn < round; turn += 1) await Promise.resolve()
      controller.abort(new RangeError('enough'))
      await aborted
      for (let time = 0; time < 3; time += 1) {
        await other(Sample).insert1({ n: written++ })
        const counts = await Promise.all(Array.from({ length: 4 }, () => db(Sample).count()))
        expect(counts).toEqual([written, written, written, written])
      }
    }
    // it would wait for a transaction that was left open
    await drop(db, await planDrop(db, [schema]))
    await Promise.all([db.close(), other.close()])
    await dispose()
  })
})
