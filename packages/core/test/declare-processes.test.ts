import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { declare, definePipeline, planDeclare } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import type { DeclareProcessTask } from './declare-process.ts'
import { labSchemas } from './lab.ts'

/** The plan where everything is there. */
const nothing = { schemas: [], tables: [], generations: {}, records: [], contents: [] }

const script = fileURLToPath(new URL('./declare-process.ts', import.meta.url))
const run = (task: DeclareProcessTask) => promisify(execFile)(process.execPath, [script, JSON.stringify(task)])

onEveryDatabase('declaring in processes', (database) => {
  test('eight at once all succeed', { timeout: 60_000 }, async () => {
    const prefix = database.prefix()
    const { settings, dispose } = await database.shared()
    await Promise.all(Array.from({ length: 8 }, () => run({ database: settings, prefix, statements: null })))
    const { lab, Species } = labSchemas(prefix)
    const db = await definePipeline({ schemas: [lab], tables: {}, database: settings }).open()
    expect(await planDeclare(db, [lab])).toEqual(nothing)
    expect(await db(Species).count()).toBe(2)
    await db.close()
    await dispose()
  })

  test('one that is killed before any of its statements is completed by the next', { timeout: 120_000 }, async () => {
    const { settings, dispose } = await database.shared()
    const cutShort = async (statements: number): Promise<boolean> => {
      const prefix = database.prefix()
      const end = await run({ database: settings, prefix, statements }).then(
        () => null,
        (error: { signal?: unknown }) => error.signal,
      )
      expect([null, 'SIGKILL']).toContain(end)
      const { lab, Species, Subject } = labSchemas(prefix)
      const db = await definePipeline({ schemas: [lab], tables: {}, database: settings }).open()
      await declare(db, await planDeclare(db, [lab]))
      expect(await planDeclare(db, [lab])).toEqual(nothing)
      expect(await db(Species).count()).toBe(2)
      await db(Subject).insert1({ subject: 'm1', species: 'rat' })
      await db.close()
      return end !== null
    }
    // inside a transaction one place is like another
    const step = database.name === 'sqlite' ? 6 : 1
    let statements = 0
    while (await cutShort(statements)) statements += step
    // a schema, four tables with what is kept beside them, and the contents of one
    expect(statements).toBeGreaterThan(9)
    await dispose()
  })
})
