import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { declare, definePipeline, drop, migrate, planDeclare, planDrop, planMigrate } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { long } from './long.ts'
import { changedLab, firstLab } from './migrate-lab.ts'
import type { MigrateProcessTask } from './migrate-process.ts'

const script = fileURLToPath(new URL('./migrate-process.ts', import.meta.url))
const run = (task: MigrateProcessTask) => promisify(execFile)(process.execPath, [script, JSON.stringify(task)])

onEveryDatabase('migrating in a process', (database) => {
  test('that is killed before any of its statements is completed by the next', { timeout: 240_000 }, async () => {
    const { settings, dispose } = await database.shared()
    const cutShort = async (statements: number): Promise<boolean> => {
      const name = `${database.prefix()}lab`
      const first = firstLab(name)
      const before = await definePipeline({ schemas: [first.schema], tables: {}, database: settings }).open()
      await declare(before, await planDeclare(before, [first.schema]))
      await before(first.Species).insert1({ species: 'rat' })
      await before(first.Animal).insert([
        { animal: 1, species: 'rat', weight: 20.5, note: 'x' },
        { animal: 2, species: 'rat', weight: 21.5 },
      ])
      await before(first.Setup).insert1({ setup: 7, room: 'a' })
      await before(first.Setup.Channel).insert1({ setup: 7, channel: 3 })
      await before(first.Session).insert1({ animal: 2, session: 1, setup: 7, day: '2024-05-01', quality: 'good' })
      await before.close()
      const end = await run({ database: settings, name, statements }).then(
        () => null,
        (error: { signal?: unknown; stderr?: string }) => error.signal ?? error.stderr,
      )
      expect([null, 'SIGKILL']).toContain(end)
      const { schema, Animal, Rig, Session, Person, options } = changedLab(name)
      const db = await definePipeline({ schemas: [schema], tables: {}, database: settings }).open({
        differences: 'allow',
      })
      await migrate(db, await planMigrate(db, [schema], options))
      expect((await planMigrate(db, [schema], options)).tables).toEqual([])
      expect(await db(Animal).fetch()).toEqual([
        { subject: 1, species: 'rat', mass: 20.5, sex: 'U' },
        { subject: 2, species: 'rat', mass: 21.5, sex: 'U' },
      ])
      expect(await db(Rig.Channel).fetch()).toEqual([{ rig: 7, channel: 3 }])
      expect(await db(Session).join(Animal).fetch()).toMatchObject([
        { subject: 2, session: 1, rig: 7, person: null, day: '2024-05-01', quality: 'good', mass: 21.5 },
      ])
      expect(await db(Person).count()).toBe(1)
      await drop(db, await planDrop(db, [schema]))
      await db.close()
      return end !== null
    }
    // inside a transaction one place is like another
    const step = database.name === 'sqlite' ? (long ? 45 : 90) : long ? 24 : 37
    let statements = 0
    while (await cutShort(statements)) statements += step
    expect(statements).toBeGreaterThan(20)
    await dispose()
  })
})
